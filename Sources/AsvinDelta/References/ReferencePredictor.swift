/// What a copied byte becomes: the old byte, unless it belongs to a reference whose target has moved.
@safe
struct ReferencePredictor {
  /// What the patch says of its images.
  var settings = PatchSettings()
  private let cache: TargetCache

  private var start: UInt32 = 0
  private var end: UInt32 = 0
  private var source: UInt32 = 0
  private var bytes: UInt32 = 0
  private var reference = Reference(kind: 0, length: 0, target: 0)
  private var predicted: UInt32 = 0
  private var nextInstruction: UInt32 = 0
  private var wordStart: UInt32 = .max

  init(targets: UInt32, in workspace: inout Workspace) { cache = TargetCache(targets: targets, in: &workspace) }

  private var set: InstructionSet { settings.set }
  private var memoryPage: UInt32 { UInt32(settings.memoryPage) }

  /// Begins a cover; a reference that reaches over its start is not known.
  mutating func begin(old: UInt32) {
    end = 0
    wordStart = .max
    nextInstruction = (old &+ set.alignment &- 1) & ~(set.alignment &- 1)
  }

  /// The kind of the reference that a byte belongs to, and the byte's place in it; 0 where there is none.
  func kind(at new: UInt32) -> (kind: UInt32, place: UInt32) {
    new < end ? (UInt32(reference.kind), new &- start) : (0, 0)
  }

  /// The predicted byte.
  mutating func predict<Base: ByteStore & ~Copyable>(
    new: UInt32, old: UInt32, plain: UInt32, in base: borrowing Base, _ map: borrowing AddressMap
  ) -> UInt32 {
    if new >= end { recognise(new: new, old: old, in: base, map) }
    return new < end ? bytes >> (8 &* (new &- start)) & 255 : plain
  }

  /// Learns, once a reference or a word is whole, where it points now.
  mutating func finish<Base: ByteStore & ~Copyable, Output: ByteStore & ~Copyable>(
    new: UInt32, old: UInt32, in base: borrowing Base, _ output: borrowing Output
  ) {
    if new == end, reference.kind > 1 {
      learn(output)
      end = 0
    }
    if new == wordStart &+ 4 {
      let (was, now) = (base.word(old &- 3), output.word(wordStart))
      let expected = end == new ? predicted : was
      if now != expected { cache.learn(was, shift: now &- was) }
      wordStart = .max
    }
  }

  private func learn<Output: ByteStore & ~Copyable>(_ output: borrowing Output) {
    let mask: UInt32 = reference.length == 4 ? .max : 1 << (8 &* UInt32(reference.length)) &- 1
    guard (output.word(start) ^ bytes) & mask != 0, let now = set.reference(in: output, at: start),
      now.kind == reference.kind
    else { return }
    var target = now.target
    if set.looksAhead(reference.kind) {
      // The lower part comes with an instruction that is still to come; only the upper is known to be wrong.
      target &+= predicted &- set.upperPart(predicted, of: reference.kind, at: start)
    }
    cache.learn(reference.target, shift: target &- reference.target)
  }

  private mutating func recognise<Base: ByteStore & ~Copyable>(
    new: UInt32, old: UInt32, in base: borrowing Base, _ map: borrowing AddressMap
  ) {
    end = 0
    if old & 3 == 0 {
      let word = base.word(old)
      wordStart = new
      if let moved = moved(word, map) {
        reference = Reference(kind: Reference.word, length: 4, target: word)
        (start, end, bytes, predicted) = (new, new &+ 4, moved, moved)
        return
      }
    }
    guard set != .none, old >= nextInstruction, old & (set.alignment &- 1) == 0 else { return }
    nextInstruction = old &+ set.length(in: base, at: old)
    guard let found = set.reference(in: base, at: old) else { return }
    let target: UInt32
    if let shift = cache.shift(of: found.target) ?? cache.nearShift(of: found.target) {
      target = found.target &+ shift
    } else {
      target = projected(found, new: new, old: old, base.count, map)
    }
    guard let rewritten = set.rewritten(base.word(old), found, from: old, in: base, at: new, target: target) else {
      return
    }
    (reference, predicted, bytes) = (found, target, rewritten)
    (start, end) = (new, new &+ UInt32(found.length))
  }

  /// Where a word that is an address points now.
  private func moved(_ word: UInt32, _ map: borrowing AddressMap) -> UInt32? {
    if let offset = settings.layout.oldOffset(ofAddress: word) {
      if let shift = cache.shift(of: word) ?? cache.nearShift(of: word) { return word &+ shift }
      return settings.layout.newAddress(ofOffset: map.projected(offset))
    }
    guard word >> 24 == memoryPage, memoryPage != 0 else { return nil }
    return word &+ (cache.shift(of: word) ?? cache.nearShift(of: word) ?? cache.farShift(of: word) ?? 0)
  }

  private func projected(
    _ reference: Reference, new: UInt32, old: UInt32, _ count: UInt32, _ map: borrowing AddressMap
  ) -> UInt32 {
    let isAbsolute = set == .riscv && reference.kind >= RISCV.absolute
    if isAbsolute {
      if let moved = moved(reference.target, map) { return moved }
      return reference.target &+ (cache.farShift(of: reference.target) ?? 0)
    }
    if settings.layout.count > 1, let from = settings.layout.oldAddress(ofOffset: old),
      let here = settings.layout.newAddress(ofOffset: new),
      let offset = settings.layout.oldOffset(ofAddress: from &+ (reference.target &- old)),
      let address = settings.layout.newAddress(ofOffset: map.projected(offset))
    {
      return new &+ (address &- here)
    }
    return reference.target < count
      ? map.projected(reference.target) : reference.target &+ (cache.farShift(of: reference.target) ?? 0)
  }
}
