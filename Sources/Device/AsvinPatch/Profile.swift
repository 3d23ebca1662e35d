/// The memory that a patch is applied in.
public enum Profile: UInt8, CaseIterable, Sendable {
  /// 40 KiB in all.
  case standard
  /// 20 KiB in all.
  case tiny
  /// A few MiB.
  case linux
}

/// The use of that memory.
public enum Emphasis: UInt8, CaseIterable, Sendable {
  /// For moved code: a map of many covers, and many targets.
  case references
  /// For new bytes: a large table of literals, and a small map.
  case literals
}
