/// The codec's state between two windows, at the start of the workspace; the models follow it. So the workspace can be
/// stored in flash as it is, and read into memory at another address.
struct Checkpoint: BitwiseCopyable {
  /// The window that ended last, and the number of windows so far.
  var windowStart: UInt32 = 0
  var windowEnd: UInt32 = 0
  var windowsWritten: UInt32 = 0
  /// The last four bytes that were coded, the latest one lowest.
  var recent: UInt32 = 0
  /// The decoder's position.
  var coder = CoderState(range: 0, value: 0, taken: 0)
  /// The last cover's shift from the new image to its source.
  var diagonal: UInt32 = 0
  /// The last four shifts to the old image, then the last four within the new one.
  var diagonals: InlineArray<8, UInt32> = .init(repeating: 0)
  /// Whether the last inline cover was a repeat.
  var wasRepeat: UInt32 = 0
  /// Last, because it is the largest: fields near the start need shorter instructions.
  var settings = PatchSettings()

  /// The settings in a checkpoint.
  @unsafe
  static func settings(in checkpoint: UnsafeMutablePointer<Checkpoint>) -> UnsafeMutablePointer<PatchSettings> {
    unsafe withUnsafeMutablePointer(to: &checkpoint.pointee.settings) { unsafe $0 }
  }
}

extension ByteStore where Self: ~Copyable {
  /// The window that a stored state ends: the first two words of its ``Checkpoint``. It comes from flash, and the
  /// caller checks it.
  package var committedWindow: Range<UInt32> {
    let start = word(0)
    return start..<max(start, word(4))
  }
}
