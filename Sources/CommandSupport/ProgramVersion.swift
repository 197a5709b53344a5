/// The version of the program, as `--version` prints it and every run stores it.
public let programVersion = "0.1.0"
