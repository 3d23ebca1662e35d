/// Goes on with a result in another slot after the power was cut: the patch is applied again from its start, but what
/// is already written is not written again.
///
/// How much that is, the device knows by whole erase blocks: the one that was being written when the power went is to
/// be erased and written again. The old slot is untouched, so that nothing else is needed.
public struct ReplayedOutput<Output: PatchOutput & ~Copyable>: PatchOutput, ~Copyable {
  private var output: Output
  private let written: UInt32
  private var position: UInt32 = 0

  /// An output of which the first bytes stand already where they belong, and can be read.
  ///
  /// - Parameter written: how many; a multiple of the erase block's size.
  public init(_ output: consuming Output, written: UInt32) {
    self.output = output
    self.written = written
  }

  /// Bytes that can be read.
  public var count: UInt32 { position }

  /// A byte of the result.
  public func byte(at offset: UInt32) -> UInt8 { output.byte(at: offset) }

  /// Passes on what is not written yet.
  public mutating func append(_ byte: UInt8) {
    if position >= written { output.append(byte) }
    position &+= 1
  }

  /// Passes it on.
  public mutating func open(_ window: Range<UInt32>) { output.open(window) }

  /// Passes it on.
  public mutating func commit(_ window: Range<UInt32>, state: RawSpan) { output.commit(window, state: state) }

  /// The output, back.
  public consuming func intoOutput() -> Output { output }
}
