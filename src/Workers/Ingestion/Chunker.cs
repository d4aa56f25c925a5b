using Navigator.Storage.Documents;
using Navigator.Text;
using Navigator.Workers.Ingestion.Extraction;

namespace Navigator.Workers.Ingestion;

/// <summary>
/// Cuts a document's blocks into passages of about the configured number of tokens. A passage never crosses a page or a heading. A block (a
/// paragraph, a table row) is cut only if it is longer than a passage, and then between sentences. If a section continues in the next
/// passage, that passage repeats the end of the previous one. If a table continues there, it repeats the table's headings.
/// </summary>
internal sealed class Chunker
{
    private const int MaxHeading = 200;

    private readonly IngestionOptions options;
    private readonly List<NewPassage> passages = [];
    private readonly List<Heading> path = [];
    private readonly List<Piece> pieces = [];
    private int tokens;
    private int? page;

    /// <summary>False while <see cref="pieces"/> contains only text repeated from the previous passage.</summary>
    private bool fresh;

    private Chunker(IngestionOptions options) => this.options = options;

    public static IReadOnlyList<NewPassage> Chunk(ExtractedText text, IngestionOptions options)
    {
        if (IsShort(text.Blocks, options.WholeTextTokens))
            return [new NewPassage(text.Blocks[0].Page, [], string.Join('\n', text.Blocks.Select(block => block.Text)))];
        var chunker = new Chunker(options);
        foreach (var block in text.Blocks)
        {
            if (block.HeadingLevel > 0)
                chunker.Enter(block);
            else
                chunker.Add(block);
        }
        chunker.Leave(0);
        return chunker.passages;
    }

    /// <summary>True for a text that is about one thing, as far as can be told: short, on one page, and without headings.</summary>
    private static bool IsShort(IReadOnlyList<TextBlock> blocks, int most) =>
        blocks.Count > 0 && blocks.All(block => block.HeadingLevel == 0 && block.Page == blocks[0].Page)
        && blocks.Sum(block => Tokens.Estimate(block.Text)) <= most;

    private void Enter(TextBlock heading)
    {
        Leave(heading.HeadingLevel);
        path.Add(new Heading(heading.HeadingLevel, heading.Text.Length <= MaxHeading ? heading.Text : heading.Text[..MaxHeading], heading.Page));
    }

    /// <summary>Ends the sections of this level and below. A heading without text becomes a passage too, because it carries information.</summary>
    private void Leave(int level)
    {
        Close();
        while (path.Count > 0 && path[^1].Level >= level)
        {
            var heading = path[^1];
            path.RemoveAt(path.Count - 1);
            if (heading.Said)
                continue;
            passages.Add(new NewPassage(heading.Page, [.. path.Select(above => above.Text)], heading.Text));
            path.ForEach(above => above.Said = true);
        }
    }

    private void Add(TextBlock block)
    {
        if (block.Page != page)
            Close();
        page = block.Page;
        var columns = Columns(block);
        foreach (var text in Cut(block.Text))
        {
            var piece = new Piece(text, columns);
            var size = Tokens.Estimate(text);
            // A passage may be a quarter too long, so that no short remainder is left over.
            if (fresh && tokens + size > options.PassageTokens * 5 / 4)
                CloseAndRepeat(piece);
            pieces.Add(piece);
            tokens += size;
            fresh = true;
        }
    }

    /// <summary>The headings that a row is to be read with: not those that do not fit it, and not those that would fill the passage.</summary>
    private string? Columns(TextBlock block) =>
        block.Columns is { } columns && Tokens.Estimate(columns) <= options.PassageTokens / 4
        && (!TableRow.IsRow(block.Text) || TableRow.AreUseful(TableRow.Cells(columns), TableRow.Cells(block.Text).Length))
            ? columns
            : null;

    /// <param name="next">What comes after the repeated text.</param>
    private void CloseAndRepeat(Piece next)
    {
        var repeated = new List<Piece>();
        var size = 0;
        foreach (var piece in pieces.AsEnumerable().Reverse())
        {
            var tail = Tail(piece.Text, options.OverlapTokens - size);
            if (tail.Length == 0)
                break;
            repeated.Insert(0, piece with { Text = tail });
            size += Tokens.Estimate(tail);
            if (tail.Length < piece.Text.Length)
                break;
        }
        // A row without the headings of its table says how much, and no longer of what.
        var first = repeated.Count > 0 ? repeated[0] : next;
        if (first.Columns is { } headings && first.Text != headings)
        {
            repeated.Insert(0, new Piece(headings, headings));
            size += Tokens.Estimate(headings);
        }
        Close();
        pieces.AddRange(repeated);
        tokens = size;
    }

    private void Close()
    {
        if (fresh)
        {
            passages.Add(new NewPassage(page, [.. path.Select(heading => heading.Text)], string.Join('\n', pieces.Select(piece => piece.Text))));
            path.ForEach(heading => heading.Said = true);
        }
        pieces.Clear();
        tokens = 0;
        fresh = false;
    }

    /// <summary>Returns a block in pieces of at most a passage: whole, cut between sentences, or cut between words of a long sentence.</summary>
    private IEnumerable<string> Cut(string text)
    {
        if (Tokens.Estimate(text) <= options.PassageTokens)
        {
            yield return text;
            yield break;
        }
        var start = 0;
        var end = 0;
        foreach (var sentence in Sentences.Of(text).SelectMany(range => Words(text, range)))
        {
            if (end > start && Tokens.Estimate(text[start..sentence.End.Value]) > options.PassageTokens)
            {
                yield return text[start..end].Trim();
                start = sentence.Start.Value;
            }
            end = sentence.End.Value;
        }
        yield return text[start..].Trim();
    }

    /// <summary>Returns a sentence whole, or in runs of words of at most a passage.</summary>
    private IEnumerable<Range> Words(string text, Range sentence)
    {
        var (start, end) = (sentence.Start.Value, sentence.End.Value);
        while (Tokens.Estimate(text[start..end]) > options.PassageTokens)
        {
            // A token has at least one character, so this many characters always fit.
            var length = Math.Min(options.PassageTokens, end - start);
            var space = text.LastIndexOf(' ', start + length - 1, length);
            var cut = space > start ? space + 1 : char.IsHighSurrogate(text[start + length - 1]) ? start + length - 1 : start + length;
            yield return new Range(start, cut);
            start = cut;
        }
        yield return new Range(start, end);
    }

    /// <summary>Returns the last sentences of a piece within the budget of tokens; empty if none fits.</summary>
    private static string Tail(string piece, int budget)
    {
        var from = piece.Length;
        foreach (var sentence in Sentences.Of(piece).Reverse())
        {
            if (Tokens.Estimate(piece[sentence.Start.Value..]) > budget)
                break;
            from = sentence.Start.Value;
        }
        return piece[from..].Trim();
    }

    /// <param name="Columns">The headings of the table that contains the text; null outside a table, and if they are of no use.</param>
    private readonly record struct Piece(string Text, string? Columns);

    private sealed class Heading(int level, string text, int? page)
    {
        public int Level { get; } = level;
        public string Text { get; } = text;
        public int? Page { get; } = page;

        /// <summary>True once a passage contains the heading, in its headings or its text.</summary>
        public bool Said { get; set; }
    }
}
