/// Codes one bit after another. The format is defined once, for any coder: a decoder returns the bit that it reads, an
/// encoder writes a bit and returns it, and a counter only adds up its cost.
public protocol BitCoder: ~Copyable {
  /// Whether the bits are known beforehand.
  static var isWriting: Bool { get }

  /// Codes a bit.
  ///
  /// - Parameters:
  ///   - bit: the bit to write, 0 or 1; a decoder does not look at it.
  ///   - probability: of a 1, in 65 536ths, in 1...65 535.
  mutating func code(_ bit: UInt32, probability: UInt32) -> UInt32

  /// The position. Only a decoder has one.
  var state: CoderState { get }
}

extension BitCoder where Self: ~Copyable {
  /// Does nothing, because only a decoder resumes from another one's position.
  public var state: CoderState { CoderState(range: 0, value: 0, taken: 0) }
}

/// A decoder's position between two bits.
public struct CoderState: BitwiseCopyable, Sendable {
  var range: UInt32
  var value: UInt32
  /// Bytes of input that were consumed.
  var taken: UInt32
}
