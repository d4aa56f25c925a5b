namespace Navigator.Servers;

/// <summary>
/// Suites that start many processes take turns, whatever starts them: side by side on a small machine they would test each
/// other's patience. Whoever has the turn keeps it until its process ends.
/// </summary>
public static class Turn
{
    private static readonly Lazy<Task<FileStream>> Held = new(Take);

    public static Task Wait() => Held.Value;

    private static async Task<FileStream> Take()
    {
        var file = Path.Combine(Path.GetTempPath(), $"navigator-turn-{Environment.UserName}");
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(250); // somebody else's turn
            }
        }
    }
}
