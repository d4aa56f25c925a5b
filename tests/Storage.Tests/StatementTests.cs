using System.Text.RegularExpressions;
using Navigator.Servers;

namespace Navigator.Storage.Tests;

/// <summary>One method writes each SQL statement: whoever changes a table's meaning finds the statement once.</summary>
public sealed partial class StatementTests
{
    [Fact]
    public void Each_statement_is_written_once()
    {
        var sources = Directory.GetFiles(Path.Combine(ServerSet.Root, "src", "Storage"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        // The two stores do the same, some of it in the same words.
        var statements = sources.SelectMany(file => Literals().Matches(File.ReadAllText(file))
            .Select(literal => (IsSqlite: Path.GetFileName(file).StartsWith("Sqlite", StringComparison.Ordinal), Sql: Plain(literal.Value))))
            .Where(statement => IsStatement().IsMatch(statement.Sql)).ToList();

        Assert.True(statements.Count > 150, $"only {statements.Count} statements");
        Assert.Empty(statements.GroupBy(statement => statement).Where(same => same.Count() > 1).Select(same => same.Key.Sql));
    }

    [Fact]
    public void The_audit_is_written_by_one_method_of_each_store_and_what_is_imported_by_the_import()
    {
        var writers = Directory.GetFiles(Path.Combine(ServerSet.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => AuditInsert().Matches(File.ReadAllText(file)).Select(_ => Path.GetFileName(file)));

        Assert.Equal(["ImportStatements.cs", "PostgresAudit.cs", "SqliteAudit.cs"], writers.Order(StringComparer.Ordinal));
    }

    private static string Plain(string literal) => White().Replace(literal.Trim('"'), " ").Trim();

    [GeneratedRegex("\"{3}.*?\"{3}|\"(?:[^\"\\\\\n]|\\\\.)*\"", RegexOptions.Singleline)]
    private static partial Regex Literals();

    [GeneratedRegex(@"^(SELECT|INSERT|UPDATE|DELETE|WITH) ")]
    private static partial Regex IsStatement();

    [GeneratedRegex(@"\bINSERT INTO audit\b")]
    private static partial Regex AuditInsert();

    [GeneratedRegex(@"\s+")]
    private static partial Regex White();
}
