/// The memory that a patch is applied in. It is given once; nothing else is allocated.
@safe
struct Workspace {
  private var next: UnsafeMutableRawPointer
  private var left: Int

  @unsafe
  init(_ memory: UnsafeMutableRawBufferPointer) {
    guard let base = memory.baseAddress else { fatalError("a workspace has memory") }
    unsafe next = base
    left = memory.count
  }

  /// Memory for so many values. Too little of it is a mistake of the program, never of a patch.
  mutating func take<Value: BitwiseCopyable>(_ count: Int, of type: Value.Type) -> UnsafeMutablePointer<Value> {
    let start = unsafe take(bytes: (count &* MemoryLayout<Value>.stride &+ 3) & ~3)
    return unsafe start.bindMemory(to: Value.self, capacity: count)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func take(bytes: Int) -> UnsafeMutableRawPointer {
    precondition(bytes <= left)
    let start = unsafe next
    unsafe next = start.advanced(by: bytes)
    left &-= bytes
    return unsafe start
  }
}
