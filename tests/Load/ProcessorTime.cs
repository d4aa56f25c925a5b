using System.Globalization;

namespace Navigator.Load;

/// <summary>Processor time (user and system) of a process and of all that it started, those included that have ended.</summary>
internal static class ProcessorTime
{
    /// <summary>The kernel's clock ticks a second, as /proc counts them on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <returns>Seconds since the process began; 0 when it has ended.</returns>
    public static double Of(int process)
    {
        try
        {
            var children = File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // The name, in brackets, may hold blanks. Behind it: state, then fields 4 and up; 14 to 17 are the times.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var own = fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
            return own + children.Sum(child => Of(int.Parse(child, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
