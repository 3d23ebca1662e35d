/// What stands at the workspace's start: what the codec knows between two windows, beside what its models keep behind
/// it. So the workspace as it is can be kept in flash, and taken up again at another address.
struct Checkpoint: BitwiseCopyable {
  /// The window that was ended, and how many were before it.
  var windowStart: UInt32 = 0
  var windowEnd: UInt32 = 0
  var windowsWritten: UInt32 = 0
  /// The last four bytes that were coded, the latest lowest.
  var recent: UInt32 = 0
  /// Where the decoder stood.
  var coder = CoderState(range: 0, value: 0, taken: 0)
  /// The last cover's shift from new to its source.
  var diagonal: UInt32 = 0
  /// The last four shifts to the old image, then the last four within the new one.
  var diagonals: InlineArray<8, UInt32> = .init(repeating: 0)
  /// Whether the last cover in line was a repeat.
  var wasRepeat: UInt32 = 0
  /// Last, as the largest: what is near the start is reached in shorter instructions.
  var settings = PatchSettings()

  /// Where in a checkpoint the settings stand.
  @unsafe
  static func settings(in checkpoint: UnsafeMutablePointer<Checkpoint>) -> UnsafeMutablePointer<PatchSettings> {
    unsafe withUnsafeMutablePointer(to: &checkpoint.pointee.settings) { unsafe $0 }
  }
}
