using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Hosting;

/// <summary>Runs a process; what keeps it from starting is said in one line.</summary>
public static class Startup
{
    /// <returns>The exit code: 0 after an orderly stop, 1 when it could not start.</returns>
    public static async Task<int> Run(Func<Task> process)
    {
        try
        {
            await process();
            return 0;
        }
        catch (StartupException error)
        {
            return Refuse(error.Message);
        }
        catch (OptionsValidationException error)
        {
            return Refuse(string.Join(" ", error.Failures));
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            return Refuse($"{error.Message} Choose another with --urls http://localhost:8090");
        }
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine($"Navigator cannot start: {reason.ReplaceLineEndings(" ")}");
        return 1;
    }
}
