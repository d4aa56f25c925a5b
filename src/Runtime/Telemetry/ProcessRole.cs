namespace Navigator.Runtime.Telemetry;

/// <summary>What this process is for.</summary>
/// <param name="Name">api, worker or both.</param>
/// <param name="Consumes">Do consumers run in it?</param>
internal sealed record ProcessRole(string Name, bool Consumes);
