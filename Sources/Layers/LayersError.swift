/// What can go wrong in this module: reading stored tensors. Every case names the file.
public enum LayersError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file cannot be opened or read.
  case unreadable(file: String, reason: String)
  /// The file ends before its contents do.
  case truncated(file: String, detail: String)
  /// The file breaks its format's rules, or exceeds a limit that no honest file needs.
  case malformed(file: String, detail: String)
  /// A pickle asks for a Python object other than tensors and plain containers.
  case forbiddenGlobal(file: String, name: String)
  /// A tensor that is needed is not there.
  case missingTensor(file: String, name: String)
  /// A tensor that has no place in the network; `nearest` is the closest name that has one.
  case unexpectedTensor(file: String, name: String, nearest: String?)
  /// A tensor of another shape than the network's.
  case wrongShape(file: String, name: String, expected: [Int], found: [Int])
  /// A tensor that holds infinities or numbers that are none.
  case notFinite(file: String, name: String)
  /// A tensor of an element type that cannot be used here.
  case wrongElementType(file: String, name: String, found: String)

  /// The file, what is wrong with it, and where.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .truncated(let file, let detail): "\(file): the file is cut short: \(detail)"
    case .malformed(let file, let detail): "\(file): \(detail)"
    case .forbiddenGlobal(let file, let name):
      "\(file): the pickle refers to `\(name)`; only tensors and plain containers are read"
    case .missingTensor(let file, let name): "\(file): tensor `\(name)` is missing"
    case .unexpectedTensor(let file, let name, let nearest):
      "\(file): unexpected tensor `\(name)`" + (nearest.map { "; nearest is `\($0)`" } ?? "")
    case .wrongShape(let file, let name, let expected, let found):
      "\(file): tensor `\(name)` has shape \(found), expected \(expected)"
    case .notFinite(let file, let name):
      "\(file): tensor `\(name)` holds values that are not finite"
    case .wrongElementType(let file, let name, let found):
      "\(file): tensor `\(name)` has element type \(found), which cannot be used here"
    }
  }
}
