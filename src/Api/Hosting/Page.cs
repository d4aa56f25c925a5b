namespace Navigator.Api.Hosting;

internal static class Page
{
    /// <summary>The page at /, which asks a question and shows the job moving; it runs no script but its own file.</summary>
    public static void UsePage(this WebApplication app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles();
    }
}
