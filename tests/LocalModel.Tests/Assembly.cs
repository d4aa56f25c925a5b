// No servers, but a model of 90 MB that is loaded and used for seconds: not in the quick lane.
[assembly: AssemblyTrait("Needs", "Servers")]
