namespace Navigator.Storage.Tenants;

/// <summary>Records actions that cannot be undone, and who performed them. Written before the action, so that no action goes unrecorded.</summary>
public interface IAudit
{
    /// <param name="actor"><c>key:&lt;id&gt;</c>, or <c>owner:&lt;database role&gt;</c>.</param>
    /// <param name="action">Such as <c>document.delete</c>.</param>
    /// <param name="subject">An id, never a person's text.</param>
    Task Record(string tenant, string actor, string action, string subject, CancellationToken token);
}
