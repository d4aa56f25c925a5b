namespace Navigator.Endurance;

/// <summary>A fault, how it is made and mended, and who has to name it.</summary>
/// <param name="NamedBy">Alerts, and checks of doctor: the first of them within a minute counts.</param>
/// <param name="Doctor">What doctor's environment has differently; a fault of settings alone is only that.</param>
internal sealed record NamedFault(
    string Name, IReadOnlyList<string> NamedBy, Func<WholeSystem, Task> Break, Func<WholeSystem, Task> Mend,
    params IReadOnlyList<(string Key, string Value)> Doctor);

/// <summary>What a fault was named by.</summary>
/// <param name="By">An alert, or a check of doctor and what it found; null if nothing named it.</param>
internal sealed record Named(string Fault, string? By, TimeSpan After, IReadOnlyList<string> Others);
