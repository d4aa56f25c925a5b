using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Telemetry;
using Navigator.Storage.Sqlite;

namespace Navigator.Runtime.Hosting;

/// <summary>Runs a process. Prints one line if it cannot start.</summary>
public static class Startup
{
    /// <returns>The exit code: 0 after an orderly stop, 1 if the process could not start or ended itself.</returns>
    public static async Task<int> Run(Func<Task> process)
    {
        try
        {
            await process();
            return Environment.ExitCode;
        }
        catch (StartupException error)
        {
            return Refuse(error.Message);
        }
        catch (SqliteFileException error)
        {
            return Refuse(error.Message);
        }
        catch (OptionsValidationException error)
        {
            return Refuse(string.Join(" ", error.Failures));
        }
        catch (Exception error) when (Unreadable(error) is { } setting)
        {
            return Refuse(setting);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            return Refuse($"{error.Message} Choose another port with --urls http://localhost:8090");
        }
        finally
        {
            await LoggingSetup.WriteOut();
        }
    }

    /// <returns>The message for a setting that cannot be converted to its type; null for any other failure.</returns>
    /// <remarks>The binder has no exception type of its own, so its exceptions are recognised by the method that threw them.</remarks>
    private static string? Unreadable(Exception error) =>
        (error is AggregateException all ? all.InnerExceptions : [error]).OfType<InvalidOperationException>()
        .Where(each => each.TargetSite?.DeclaringType?.Assembly == typeof(ConfigurationBinder).Assembly)
        .Select(StartupException.Reason).FirstOrDefault();

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine($"Navigator cannot start: {reason.ReplaceLineEndings(" ")}");
        return 1;
    }
}
