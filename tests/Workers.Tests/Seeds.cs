using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Navigator.Workers.Tests;

/// <summary>
/// Seeds of random histories. FsCheck's own integers stay between -100 and 100, and <c>System.Random</c> ignores the sign: ten thousand runs
/// would be some hundred different ones.
/// </summary>
internal static class Seeds
{
    public static Arbitrary<int> All { get; } = Gen.Choose(0, int.MaxValue).ToArbitrary();

    /// <summary>For a property that shares nothing between its runs.</summary>
    public static FSharpOption<ParallelRunConfig> OnAllProcessors { get; } = new(new ParallelRunConfig(Environment.ProcessorCount));
}
