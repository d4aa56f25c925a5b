using System.Diagnostics;

namespace Navigator.Servers;

/// <summary>compose/services.sh.</summary>
internal static class ServerScript
{
    /// <summary>No servers that the environment names, and no Docker engine.</summary>
    public static IReadOnlyDictionary<string, string> PackagesOnly { get; } = new Dictionary<string, string>
    {
        ["NAVIGATOR_RABBITMQ"] = "",
        ["NAVIGATOR_RABBITMQ_MANAGEMENT"] = "",
        ["NAVIGATOR_POSTGRES"] = "",
        ["NAVIGATOR_WAY"] = "packages",
    };

    /// <summary>Starts what does not run, with these variables added to the environment, and returns the settings that it prints.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> Up(IReadOnlyDictionary<string, string> environment)
    {
        var output = await Run(environment, "up");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
    }

    public static async Task<string> Run(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(ServerSet.Root, "compose", "services.sh"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"compose/services.sh {string.Join(' ', arguments)} failed: {await complaints}");
    }
}
