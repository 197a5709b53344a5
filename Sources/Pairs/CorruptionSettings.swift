/// How a clean manifest is turned into a noisy one.
public struct CorruptionSettings: Hashable, Sendable {
  /// The share of the harvested lines whose captions are reassigned, in 0…1.
  public var ratio: Double
  /// Names the draws: the same seed gives the same files.
  public var seed: UInt64
  /// The share of the images set aside, with all their captions, as `meta` pairs, in 0…1.
  public var metaShare: Double
  /// The share of the images set aside, with all their captions, as `dev` pairs, in 0…1.
  public var devShare: Double

  /// Settings of their parts; nothing is set aside unless asked for.
  public init(ratio: Double, seed: UInt64, metaShare: Double = 0, devShare: Double = 0) {
    self.ratio = ratio
    self.seed = seed
    self.metaShare = metaShare
    self.devShare = devShare
  }

  /// - Throws: `PairsError.invalidArgument` for a share outside 0…1 or both together above 1.
  func validate() throws(PairsError) {
    let shares = [
      ("the corruption ratio", ratio), ("the meta share", metaShare), ("the dev share", devShare),
      ("the meta and dev share together", metaShare + devShare),
    ]
    for (name, share) in shares where !(0...1).contains(share) {
      throw .invalidArgument(name: name, value: "\(share)", allowed: "between 0 and 1")
    }
  }
}
