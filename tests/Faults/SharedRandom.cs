namespace Navigator.Faults.Tests;

/// <summary>A seeded random that many callers draw from at once.</summary>
internal sealed class SharedRandom(int seed) : Random
{
    private readonly Lock door = new();
    private readonly Random numbers = new(seed);

    public override int Next()
    {
        lock (door)
            return numbers.Next();
    }

    public override int Next(int maxValue)
    {
        lock (door)
            return numbers.Next(maxValue);
    }

    public override int Next(int minValue, int maxValue)
    {
        lock (door)
            return numbers.Next(minValue, maxValue);
    }

    public override double NextDouble()
    {
        lock (door)
            return numbers.NextDouble();
    }
}
