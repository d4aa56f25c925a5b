using System.Globalization;
using System.Text;

namespace Navigator.Endurance;

/// <summary>One line of a chart. A point without a value interrupts the line.</summary>
internal sealed record Series(string Name, IReadOnlyList<(double X, double? Y)> Points);

/// <summary>A stretch of time that is marked, in minutes.</summary>
internal sealed record Mark(double From, double To, string Name);

/// <summary>Values over minutes as an SVG that every browser and GitHub show.</summary>
/// <param name="minutes">Length of the axis.</param>
internal sealed class Chart(string title, double minutes, IReadOnlyList<Series> lines, IReadOnlyList<Mark> marks, bool isLogarithmic = false)
{
    private const double Width = 960, Height = 300, Left = 60, Right = 20, Top = 44, Bottom = 30;

    /// <summary>The lowest value of a logarithmic axis.</summary>
    private const double Least = 100;

    private static readonly string[] Colours = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b"];

    private readonly double most = Math.Max(1, lines.SelectMany(line => line.Points).Max(point => point.Y) ?? 1);

    public string Draw()
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="11" fill="#444">""");
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<rect width="{Width}" height="{Height}" fill="#fff"/>""");
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left}" y="16" font-size="14" fill="#000">{title}</text>""");
        foreach (var mark in marks)
            svg.AppendLine(CultureInfo.InvariantCulture,
                $"""<rect x="{X(mark.From):0.#}" y="{Top}" width="{Math.Max(1, X(mark.To) - X(mark.From)):0.#}" height="{Height - Top - Bottom}" """
                    + $"""fill="#f4b6b6" fill-opacity=".55"><title>{mark.Name}</title></rect>""");
        foreach (var tick in Ticks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<path d="M{Left} {Y(tick):0.#}H{Width - Right}" stroke="#ddd"/>""");
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left - 6}" y="{Y(tick) + 4:0.#}" text-anchor="end">{tick:#,0.##}</text>""");
        }
        for (double at = 0, step = Step(minutes, 10); at <= minutes; at += step)
            svg.AppendLine(CultureInfo.InvariantCulture,
                $"""<text x="{X(at):0.#}" y="{Height - 12}" text-anchor="middle">{at:0.##} min</text>""");
        var legend = Left;
        foreach (var (line, i) in lines.Select((line, i) => (line, i)))
        {
            var colour = Colours[i % Colours.Length];
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<path d="{Path(line)}" fill="none" stroke="{colour}" stroke-width="1.3"/>""");
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{legend}" y="34" fill="{colour}">■ {line.Name}</text>""");
            legend += 30 + 7 * line.Name.Length;
        }
        return svg.AppendLine("</svg>").ToString();
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private string Path(Series line)
    {
        var path = new StringBuilder();
        var isPenUp = true;
        foreach (var (x, y) in line.Points)
        {
            if (y is { } value)
                path.Append(isPenUp ? 'M' : 'L').Append(Number(X(x))).Append(' ').Append(Number(Y(value)));
            isPenUp = y is null;
        }
        return path.ToString();
    }

    private double X(double at) => Left + at / minutes * (Width - Left - Right);

    private double Y(double value)
    {
        var part = isLogarithmic
            ? Math.Log10(Math.Max(value, Least) / Least) / Math.Max(1, Math.Log10(most * 1.1 / Least))
            : value / (most * 1.05);
        return Height - Bottom - part * (Height - Top - Bottom);
    }

    private IEnumerable<double> Ticks()
    {
        if (isLogarithmic)
        {
            for (var tick = Least; tick <= most * 1.1; tick *= 10)
                yield return tick;
            yield break;
        }
        var step = Step(most, 5);
        for (double tick = 0; tick <= most; tick += step)
            yield return tick;
    }

    /// <summary>1, 2 or 5 times a power of ten, so that there are about so many steps.</summary>
    private static double Step(double range, int steps)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / steps)));
        return new[] { 1, 2, 5, 10 }.Select(times => times * power).First(step => range / step <= steps);
    }
}
