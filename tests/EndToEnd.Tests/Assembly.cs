// Whole processes, most of them with servers: left to make test.
[assembly: AssemblyTrait("Needs", "Servers")]
// Its tests mostly wait for processes: for their start, for a lease to expire, for a circuit to close. Two at a time leave a two-processor
// machine idle for most of the time.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
