namespace Navigator.Contracts;

/// <summary>A message that tells one queue's consumer what to do. It carries ids and a fencing token, never a person's text.</summary>
public abstract record Command
{
    /// <summary>Returns the queue of the command. It is a method and not a property, so that it is not serialized.</summary>
    public abstract string Queue();
}

/// <summary>A command about one question.</summary>
/// <param name="JobId">The job in the ledger.</param>
/// <param name="Attempt">Fencing token: the ledger ignores what an older attempt reports.</param>
public abstract record JobCommand(Guid JobId, int Attempt) : Command;
