namespace Navigator.Api.Hosting;

internal static class Page
{
    /// <summary>Serves the page at /, which submits a question and shows its progress. The page runs only its own script.</summary>
    public static void UsePage(this WebApplication app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles();
    }
}
