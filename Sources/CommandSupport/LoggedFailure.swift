/// An error that was logged as machines read it, and is not to be told again.
struct LoggedFailure: Error {
  let error: any Error
}
