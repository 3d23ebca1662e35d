import AsvinPatch

/// Fills the gaps between long covers with copies from the old image and from the part of the new image that is already
/// written.
///
/// The search finds the cheapest path through each gap forwards and traces it back from its end. The price of each literal is
/// the one that the model measured in an earlier pass, and each place has the last shifts of its own path.
struct GapSearch {
  private static let shortest = 3
  /// A match of this length is used without comparing alternatives.
  private static let long = 96
  private static let near = 24, far = 96

  let old: [UInt8]
  let new: [UInt8]
  /// The new image with anchored references, in which repeats are searched.
  let anchored: [UInt8]
  let searched: SearchedImages
  /// Bits of a literal at each place.
  let literals: LiteralPrices
  /// Bits of a copied byte.
  let hit: Double
  let prices: CopyPrices
  let effort: Effort

  private struct Step {
    var cost = Double.infinity
    /// The bytes and the shift to their source; a literal does not have a source.
    var length = 1
    var shift: UInt32?
    var shifts = LastShifts()
    /// The number of literals before it.
    var run = 0
  }

  /// Returns a plan's long covers and, between them, the copies that save bits.
  func covers(in plan: Plan) -> [Cover] {
    let known = plan.covers.filter { $0.old < plan.settings.oldSize }
    var kept = plan
    kept.covers = known
    var isMapped = [Bool](repeating: false, count: known.count)
    for place in kept.mapped { isMapped[place] = true }
    var found: [Cover] = []
    var (short, long) = (Chains(anchored, width: 3), Chains(anchored, width: 6))
    var shifts = LastShifts()
    let image = plan.inPlace.map { OverwrittenImage(old: old, new: new, inPlace: $0) }
    for window in plan.windows {
      image?.open(window)
      var place = Int(window.lowerBound)
      for (number, whole) in known.enumerated() where whole.new < window.upperBound && whole.end > window.lowerBound {
        let cover = whole.clipped(to: window)
        stretch(place..<Int(cover.new), &short, &long, &shifts, image, into: &found)
        if !isMapped[number] { shifts.use(cover.old &- cover.new, isRepeat: false) }
        place = Int(cover.end)
        for inside in Int(cover.new)..<place {
          short.add(inside)
          long.add(inside)
        }
      }
      stretch(place..<Int(window.upperBound), &short, &long, &shifts, image, into: &found)
      image?.commit(window)
    }
    return (known + found).sorted { $0.new < $1.new }
  }

  private func stretch(
    _ range: Range<Int>, _ short: inout Chains, _ long: inout Chains, _ shifts: inout LastShifts,
    _ image: OverwrittenImage?, into result: inout [Cover]
  ) {
    if range.isEmpty { return }
    var steps = [Step](repeating: Step(), count: range.count + 1)
    (steps[0].cost, steps[0].shifts) = (0, shifts)
    var quiet = 0
    for at in 0..<range.count {
      let place = range.lowerBound + at
      let (cost, last, run) = (steps[at].cost, steps[at].shifts, steps[at].run)
      func offer(_ length: Int, _ shift: UInt32?, _ price: Double) {
        let total = cost + price
        guard total < steps[at + length].cost else { return }
        var step = Step(cost: total, length: length, shift: shift, shifts: last, run: shift == nil ? run + 1 : 0)
        if let shift { step.shifts.use(shift, isRepeat: isRepeat(shift, place)) }
        steps[at + length] = step
      }
      func offer(upTo length: Int, from shortest: Int, _ shift: UInt32) {
        guard length >= shortest else { return }
        let cover = Cover(new: UInt32(place), old: UInt32(place) &+ shift, length: 0)
        var copy = last.copy(of: cover, after: run, isRepeat: isRepeat(shift, place), oldSize: UInt32(old.count))
        let price = prices.bits(toLength: copy)
        for part in length < Self.long ? shortest...length : length...length {
          copy.length = part
          offer(part, shift, price + prices.bits(length: copy) + hit * Double(part))
        }
      }
      offer(1, nil, literals[place])
      if at >= quiet {
        let limit = range.upperBound - place
        for known in 0..<8 {
          let source = last[known] &+ UInt32(place)
          let length = matching(source, place, limit, image)
          offer(upTo: length, from: 2, last[known])
        }
        var longest = Self.shortest - 1
        func take(_ source: Int) -> Bool {
          let shift = UInt32(old.count + source) &- UInt32(place)
          let length = matching(UInt32(old.count + source), place, limit, image)
          if length > longest {
            offer(upTo: length, from: longest + 1, shift)
            longest = length
          }
          return longest < Self.long
        }
        let depth = effort == .max ? 4 : 1
        short.forEach(place, depth: Self.near * depth, take)
        long.forEach(place, depth: Self.far * depth, take)
        let match = searched.longest(place)
        let length = matching(UInt32(match.at), place, min(limit, match.length), image)
        if match.length > Self.shortest, length > Self.shortest {
          offer(upTo: length, from: Self.shortest + 1, UInt32(match.at) &- UInt32(place))
          longest = max(longest, length)
        }
        if longest >= Self.long { quiet = at + longest - 16 }
      }
      short.add(place)
      long.add(place)
    }
    var at = range.count
    shifts = steps[at].shifts
    while at > 0 {
      let step = steps[at]
      at -= step.length
      guard let shift = step.shift else { continue }
      let place = UInt32(range.lowerBound + at)
      result.append(Cover(new: place, old: place &+ shift, length: UInt32(step.length)))
    }
  }

  private func isRepeat(_ shift: UInt32, _ place: Int) -> Bool { UInt32(place) &+ shift >= UInt32(old.count) }

  /// The number of bytes at a place that equal those of a source: in the old image, or after its end in the new image.
  private func matching(_ source: UInt32, _ place: Int, _ limit: Int, _ image: OverwrittenImage?) -> Int {
    let isOld = source < UInt32(old.count)
    let at = isOld ? Int(source) : Int(source) - old.count
    var end = isOld ? old.count : new.count
    if !isOld, image == nil, at >= place { return 0 }
    if let image { end = Int(isOld ? image.oldEnd(source) : image.readableEnd(UInt32(at), before: place)) }
    let limit = min(limit, end - at)
    var length = 0
    if isOld {
      while length < limit, old[at + length] == new[place + length] { length += 1 }
    } else {
      while length < limit, anchored[at + length] == anchored[place + length] { length += 1 }
    }
    return length
  }
}
