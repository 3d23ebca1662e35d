/// How much memory a patch is applied in.
public enum Profile: UInt8, CaseIterable, Sendable {
  /// 40 KiB, all in all.
  case standard
  /// 20 KiB, all in all.
  case tiny
  /// A few MiB.
  case linux
}

/// What the memory is used for.
public enum Emphasis: UInt8, CaseIterable, Sendable {
  /// What moved: a map of many covers, and many targets.
  case references
  /// What is new: a large table of literals, and a small map.
  case literals
}
