using Navigator.Storage.Moving;
using Spectre.Console;

namespace Navigator.Cli;

/// <summary>Shows the progress of an export or an import, with a bar for each step that has begun.</summary>
internal static class MovingBars
{
    public static Task<T> Show<T>(Session session, Func<Action<MovingProgress>, Task<T>> move) =>
        session.Progress.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(progress =>
            {
                var bars = new Dictionary<string, ProgressTask>(StringComparer.Ordinal);
                return move(now =>
                {
                    if (!bars.TryGetValue(now.Step, out var bar))
                        bars.Add(now.Step, bar = progress.AddTask(now.Step));
                    bar.Value = now.Total == 0 ? 100 : 100.0 * now.Done / now.Total;
                });
            });
}
