// Whole processes, most of them with servers: left to make test.
[assembly: AssemblyTrait("Needs", "Servers")]
