namespace Navigator.Load;

/// <summary>What a process uses.</summary>
/// <param name="MemoryMb">Resident.</param>
/// <param name="Sockets">To callers, models, broker and database.</param>
internal sealed record Use(int MemoryMb, int Threads, int Sockets)
{
    public static Use Of(NavigatorProcess process) => new(process.MemoryMb, process.Threads, process.Sockets);

    public Use Most(Use other) => new(Math.Max(MemoryMb, other.MemoryMb), Math.Max(Threads, other.Threads), Math.Max(Sockets, other.Sockets));
}
