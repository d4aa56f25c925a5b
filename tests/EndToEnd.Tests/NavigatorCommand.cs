using System.Diagnostics;

namespace Navigator.EndToEnd.Tests;

/// <summary>One run of navigator, as a person or a script calls it.</summary>
internal sealed record NavigatorCommand(int ExitCode, string Output, string Complaints)
{
    public static async Task<NavigatorCommand> Run(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "navigator.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return new NavigatorCommand(process.ExitCode, output, await complaints);
    }
}
