import AsvinPatch
/// Infers the load addresses of the images from words that changed by the distance that their possible target moved.
enum LayoutInference {
  /// Returns the load addresses: each complete image at one address, if any words indicate one.
  static func layout(old: [UInt8], new: [UInt8], covers: [Cover]) -> Layout {
    var layout = Layout()
    if let address = loadAddress(old: old, new: new, covers: covers) {
      layout.append(
        Region(
          old: Placement(length: UInt32(old.count), address: address),
          new: Placement(length: UInt32(new.count), address: address)))
    }
    return layout
  }

  /// The likeliest load address of the old image, if any words indicate one.
  private static func loadAddress(old: [UInt8], new: [UInt8], covers: [Cover]) -> UInt32? {
    var byShift: [UInt32: [Cover]] = [:]
    for cover in covers { byShift[cover.new &- cover.old, default: []].append(cover) }
    var edges: [(at: UInt32, change: Int)] = []
    var seen: Set<UInt64> = []
    forEachChangedWord(old, new, covers) { was, now in
      guard seen.insert(UInt64(was) << 32 | UInt64(now)).inserted else { return }
      for cover in byShift[now &- was] ?? [] {
        let last = was &- cover.old
        edges.append((last &- cover.length &+ 1, 1))
        edges.append((last &+ 1, -1))
      }
    }
    edges.sort { ($0.at, $0.change) < ($1.at, $1.change) }
    var (depth, deepest, start, end) = (0, 0, UInt32(0), UInt32(0))
    for (index, edge) in edges.enumerated() {
      depth += edge.change
      if depth > deepest, index + 1 < edges.count {
        (deepest, start, end) = (depth, edge.at, edges[index + 1].at)
      }
    }
    guard deepest >= 3, end > start else { return nil }
    // Choose the address with the most trailing zeros among those that explain the most words.
    for bits in stride(from: UInt32(31), through: 0, by: -1) {
      // A pointer to Thumb code is odd, so the range may be off by one.
      let round = ((end &+ 1) >> bits) << bits
      if round >= start &- 2 { return round }
    }
    return start
  }

  /// The highest byte of the addresses that changed most and are not explained by the layout.
  static func memoryPages(old: [UInt8], new: [UInt8], covers: [Cover], layout: Layout) -> [UInt8] {
    var votes: [UInt8: Int] = [:]
    forEachChangedWord(old, new, covers) { was, now in
      guard was >> 24 == now >> 24, was >> 24 != 0, was >> 24 != 0xFF,
        layout.offset(ofAddress: was, inNew: false) == nil
      else {
        return
      }
      votes[UInt8(was >> 24), default: 0] += 1
    }
    return votes.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.prefix(2).map(\.key)
  }

  private static func forEachChangedWord(
    _ old: [UInt8], _ new: [UInt8], _ covers: [Cover], _ body: (UInt32, UInt32) -> Void
  ) {
    func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
      UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
    }
    for cover in covers {
      var offset = (cover.old + 3) & ~3
      while offset + 4 <= cover.old + cover.length {
        let was = word(old, Int(offset))
        let now = word(new, Int(offset - cover.old + cover.new))
        if was != now { body(was, now) }
        offset += 4
      }
    }
  }
}
