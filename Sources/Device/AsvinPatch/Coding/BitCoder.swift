/// One coded bit after another. The format is written down once, for a coder: a decoder gives the bit that it reads, an
/// encoder takes and gives back the bit that is to be written, a counter only adds up what it would cost.
public protocol BitCoder: ~Copyable {
  /// Whether the bits are known beforehand.
  static var isWriting: Bool { get }

  /// Codes a bit.
  ///
  /// - Parameters:
  ///   - bit: the bit to write, 0 or 1; a decoder does not look at it.
  ///   - probability: of a 1, in 65 536ths, in 1...65 535.
  mutating func code(_ bit: UInt32, probability: UInt32) -> UInt32

  /// Where the coder stands; of a decoder only.
  var state: CoderState { get }
}

extension BitCoder where Self: ~Copyable {
  /// Nothing: only a decoder goes on from where another ended.
  public var state: CoderState { CoderState(range: 0, value: 0, taken: 0) }
}

/// Where a decoder stands between two bits.
public struct CoderState: BitwiseCopyable, Sendable {
  var range: UInt32
  var value: UInt32
  /// Bytes of input that were taken.
  var taken: UInt32
}
