using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Navigator.Servers;
using Navigator.Workers.Intake.Screening;
using Xunit.Abstractions;

namespace Navigator.LocalModel.Tests.Screening;

/// <summary>make train-screening: trains the classifiers, says how good they are by cross-validation, and writes their weights.</summary>
public sealed class Training(ScreeningModel model, ITestOutputHelper output) : IClassFixture<ScreeningModel>
{
    private const int Folds = 5;

    /// <summary>Share of the hostile lines that the words alone may lose.</summary>
    private const double LostByWords = 0.03;

    private static readonly string Written = Path.Combine(ServerSet.Root, "src", "Workers", "Intake", "Screening", MeaningWeights.File);

    /// <summary>A line with its features and what cross-validation says of it.</summary>
    private sealed record Judged(TrainingLine Line, double Weight, float[] Words, float[] Both, int Fold)
    {
        public double Suspicion { get; set; }
        public double Probability { get; set; }
    }

    [Fact]
    public async Task The_weights_are_those_of_the_lines()
    {
        if (Environment.GetEnvironmentVariable("NAVIGATOR_TRAIN") is not "1")
        {
            Assert.Equal(TrainingLines.Hash, MeaningWeights.Load().Lines);
            return;
        }
        var lines = await TrainingLines.All();
        output.WriteLine($"{lines.Count} lines, SHA-256 {TrainingLines.HashOf(lines)}");
        var vectors = new List<float[]>();
        foreach (var part in lines.Chunk(256))
            vectors.AddRange(await model.Vectors([.. part.Select(line => line.Text)]));

        var (questionWords, question, _) = Train("questions", lines, vectors, line => line.Question);
        var (sourceWords, source, floor) = Train("sources", lines, vectors, line => line.InSource);
        var weights = new MeaningWeights(
            model.Embedding.Name, model.Embedding.Dimensions, TrainingLines.Hash, floor, questionWords, question, sourceWords, source);
        await File.WriteAllTextAsync(Written, JsonSerializer.Serialize(weights, MeaningWeights.Form) + "\n");
        await Measure();
    }

    /// <summary>Prints what a question and its sources wait for and what they cost, one after another on this machine.</summary>
    private async Task Measure()
    {
        var lines = TrainingLines.Read("held-out.tsv").Select(line => line.Text).ToList();
        // As long as questions may be.
        var longest = Enumerable.Range(0, 100).Select(i => string.Join(' ', lines.Skip(i).Concat(lines).Take(200))[..5_000]).ToList();
        foreach (var (name, questions) in new[] { ("questions", lines), ("questions of 5,000 characters", longest) })
        {
            await Measure($"{name}, with the model", questions, question => model.Screener.Screen("t", question, ScreeningModel.Patience, default));
            await Measure($"{name}, rules alone", questions, question => Task.FromResult(QuestionRules.Screen(question)));
        }
        var passages = lines.Where((_, i) => i % 20 == 0).Select((_, i) => string.Join(' ', lines.Skip(i * 10).Take(50)));
        await Measure("five passages of fifty sentences", passages, text => model.Sources.Screened(
            "t", [.. text.Chunk(text.Length / 5).Select((part, i) => new Runtime.Tools.Source
            {
                Marker = i, Kind = "document", Title = "A document", Text = new string(part), Score = 1,
            })], default));
    }

    private async Task Measure(string name, IEnumerable<string> texts, Func<string, Task> screen)
    {
        await screen("Is anything covered?");
        var times = new List<double>();
        var before = Environment.CpuUsage.TotalTime;
        foreach (var text in texts)
        {
            var started = Stopwatch.GetTimestamp();
            await screen(text);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        var processor = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / times.Count;
        times.Sort();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: p50 {times[times.Count / 2]:0.0} ms, p99 {times[times.Count * 99 / 100]:0.0} ms, max {times[^1]:0.0} ms; "
            + $"processor {processor:0.0} ms each"));
    }

    private (LinearWeights Words, LinearWeights Both, double Floor) Train(
        string name, IReadOnlyList<TrainingLine> lines, IReadOnlyList<float[]> vectors, Func<TrainingLine, double> weight)
    {
        var random = new Random(17);
        var judged = lines.Zip(vectors).Where(pair => weight(pair.First) > 0)
            .Select(pair => new Judged(pair.First, weight(pair.First), MeaningClassifier.WordFeatures(pair.First.Text),
                MeaningClassifier.Features(pair.First.Text, pair.Second), random.Next(Folds))).ToList();
        Parallel.For(0, Folds, fold =>
        {
            var (words, both) = Fit([.. judged.Where(line => line.Fold != fold)]);
            foreach (var line in judged.Where(line => line.Fold == fold))
                (line.Suspicion, line.Probability) = (words.Probability(line.Words), both.Probability(line.Both));
        });
        var suspicions = judged.Where(line => line.Line.IsHostile).Select(line => line.Suspicion).Order().ToList();
        var floor = Math.Round(suspicions[(int)(suspicions.Count * LostByWords)], 3);
        Report(name, judged, floor);
        var (allWords, all) = Fit(judged);
        return (allWords, all, floor);
    }

    private static (LinearWeights Words, LinearWeights Both) Fit(IReadOnlyList<Judged> lines) => (
        LogisticRegression.Train([.. lines.Select(line => (line.Words, line.Line.IsHostile, line.Weight))]),
        LogisticRegression.Train([.. lines.Select(line => (line.Both, line.Line.IsHostile, line.Weight))]));

    private void Report(string name, IReadOnlyList<Judged> lines, double floor)
    {
        output.WriteLine($"## {name}: {lines.Count} lines, {Folds} folds; words alone below {floor:0.000}: "
            + $"{Share(lines, line => !line.Line.IsHostile, line => line.Suspicion < floor)} of the honest lines");
        output.WriteLine("source | lines | recognised above 0.5, 0.7, 0.8, 0.9, 0.95 | by rules | rules or 0.8, 0.9");
        foreach (var source in lines.GroupBy(line => (line.Line.Source, line.Line.IsHostile)).Append(null))
        {
            bool In(Judged line) => source is null ? line.Line.IsHostile : source.Contains(line);
            var title = source is null ? "all hostile" : source.Key.IsHostile ? source.Key.Source : $"{source.Key.Source} (honest)";
            output.WriteLine($"{title} | {lines.Count(In)} | "
                + string.Join(", ", new[] { 0.5, 0.7, 0.8, 0.9, 0.95 }.Select(least => Share(lines, In, line => line.Probability > least)))
                + $" | {Share(lines, In, line => Instructions.IsIn(line.Line.Text))} | "
                + string.Join(", ", new[] { 0.8, 0.9 }.Select(
                    least => Share(lines, In, line => Instructions.IsIn(line.Line.Text) || line.Probability > least))));
        }
        output.WriteLine("probability | lines | hostile");
        foreach (var bin in lines.GroupBy(line => Math.Min(9, (int)(line.Probability * 10))).OrderBy(bin => bin.Key))
            output.WriteLine($"0.{bin.Key}… | {bin.Count()} | {Balanced(bin.ToList(), lines):0.00}");
        foreach (var line in lines.Where(line => line.Line.IsHostile ? line.Probability < 0.5 : line.Probability > 0.8)
            .OrderBy(line => line.Line.IsHostile))
            output.WriteLine($"{line.Probability:0.00} {line.Line.Source}: {line.Line.Text}");
    }

    /// <summary>The share of hostile lines if both kinds weighed the same, as in training.</summary>
    private static double Balanced(IReadOnlyList<Judged> bin, IReadOnlyList<Judged> lines)
    {
        double Weight(IEnumerable<Judged> some, bool hostile) => some.Where(line => line.Line.IsHostile == hostile).Sum(line => line.Weight);
        var (hostile, honest) = (Weight(bin, true) / Weight(lines, true), Weight(bin, false) / Weight(lines, false));
        return hostile / (hostile + honest);
    }

    private static string Share(IReadOnlyList<Judged> lines, Func<Judged, bool> of, Func<Judged, bool> which)
    {
        var some = lines.Where(of).ToList();
        return (100.0 * some.Count(which) / some.Count).ToString("0.0", CultureInfo.InvariantCulture) + " %";
    }
}
