namespace Navigator.Storage.Tenants;

/// <summary>Remembers who did what cannot be undone. Written before it is done, so that nothing is done without.</summary>
public interface IAudit
{
    /// <param name="actor"><c>key:&lt;id&gt;</c>, or <c>owner:&lt;database role&gt;</c>.</param>
    /// <param name="action">Such as <c>document.delete</c>.</param>
    /// <param name="subject">An id, never a person's text.</param>
    Task Record(string tenant, string actor, string action, string subject, CancellationToken token);
}
