using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace Navigator.Cli;

/// <summary>One run of one command: the server's address, and where the output goes.</summary>
internal sealed class Session : IDisposable
{
    public static readonly Option<string> Url = new("--url")
    {
        Description = "Where Navigator's API listens. Default: NAVIGATOR_URL, else http://localhost:8080",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("NAVIGATOR_URL") is { Length: > 0 } url ? url : "http://localhost:8080",
    };

    public static readonly Option<string?> Key = new("--key")
    {
        Description = "Your key, nav_…. NAVIGATOR_KEY is safer, because other users can see a process's arguments.",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("NAVIGATOR_KEY"),
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print the server's response as JSON.", Recursive = true };

    private readonly bool json;

    private Session(Uri server, string? key, bool json)
    {
        Client = new NavigatorClient(server, key);
        this.json = json;
    }

    public NavigatorClient Client { get; }

    /// <summary>Standard error, for progress.</summary>
    public IAnsiConsole Progress { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Runs a command's body. Every failure is one line on standard error and an exit code.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> Run(Func<Session, ParseResult, CancellationToken, Task<int>> body) =>
        async (parsed, token) =>
    {
        try
        {
            var url = parsed.GetValue(Url)!;
            if (!Uri.TryCreate(url, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
                throw new CommandException(ExitCode.Usage, $"'{url}' is not an address like http://localhost:8080.");
            using var session = new Session(server, parsed.GetValue(Key), parsed.GetValue(Json));
            return await body(session, parsed, token);
        }
        catch (CommandException error)
        {
            Console.Error.WriteLine($"navigator: {error.Message}");
            return error.ExitCode;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    };

    /// <summary>Prints the result, as the server's JSON or for people.</summary>
    public void Print<T>(T value, Action<IAnsiConsole, T> forPeople)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(value, NavigatorClient.Json));
            return;
        }
        // Lines for another program are not wrapped.
        if (Console.IsOutputRedirected)
            AnsiConsole.Console.Profile.Width = 10_000;
        forPeople(AnsiConsole.Console, value);
    }

    public void Dispose() => Client.Dispose();
}
