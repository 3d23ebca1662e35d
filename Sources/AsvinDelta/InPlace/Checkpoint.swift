/// What, beside the tables of the models, going on from the end of a window needs. It stands at the workspace's start,
/// so that the workspace as it is can be kept in flash and taken up again at another address.
struct Checkpoint: BitwiseCopyable {
  var settings = PatchSettings()
  var windowStart: UInt32 = 0
  var windowEnd: UInt32 = 0
  var windowsWritten: UInt32 = 0
  var recent: UInt64 = 0
  var coder = CoderState(range: 0, value: 0, taken: 0)
  var diagonal: UInt32 = 0
  var diagonals: InlineArray<8, UInt32> = .init(repeating: 0)
  var wasRepeat: UInt32 = 0
  var history: UInt32 = 0
  var gap: UInt32 = 0
  var previousGap: UInt32 = 0
  var hitsLearned: UInt32 = 0
  var literalsLearned: UInt32 = 0
  var mapCount: UInt32 = 0
  var mapSources: UInt32 = 0
}
