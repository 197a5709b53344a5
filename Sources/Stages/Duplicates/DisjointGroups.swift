/// Groups that grow together: union by the smaller number, path halving. A group's root is its
/// smallest member.
struct DisjointGroups {
  private var parents: [UInt32]

  /// How many numbers there are.
  var count: Int { parents.count }

  /// Each number below `count` for itself.
  init(count: Int) { parents = Array(0..<UInt32(count)) }

  /// The smallest number of a member's group.
  mutating func root(of member: UInt32) -> UInt32 {
    var member = member
    while parents[Int(member)] != member {
      parents[Int(member)] = parents[Int(parents[Int(member)])]
      member = parents[Int(member)]
    }
    return member
  }

  /// Makes two groups one.
  mutating func unite(_ left: UInt32, _ right: UInt32) {
    let (first, second) = (root(of: left), root(of: right))
    if first < second { parents[Int(second)] = first } else { parents[Int(first)] = second }
  }
}
