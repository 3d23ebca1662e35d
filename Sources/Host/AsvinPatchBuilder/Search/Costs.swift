/// What the parts of a patch cost, in bits: first by experience, then as the model told it for the pair at hand.
struct Costs: Sendable {
  /// A copied byte that stays as it is.
  var hit = 0.06
  /// A byte of a reference that points elsewhere.
  var reference = 5.0
  /// Another byte that is wrong.
  var miss = 7.0
  /// A byte that is not copied.
  var literal = 6.0
  /// To begin a copy, with what it says of where and how long.
  var begin = 24.0
  /// To end a copy before another begins.
  var end = 6.0
}
