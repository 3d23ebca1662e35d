import AsvinPatch

/// Adapts a plan's covers to an update in place, where old bytes that a cover needs may already be overwritten. It
/// orders the windows so that few of these bytes are lost, and copies content that the result repeats from the result.
struct InPlaceCovers {
  let old: [UInt8]
  let new: [UInt8]
  let inPlace: Windows.InPlace
  /// The length of the shortest cover that is kept.
  private static let shortest: UInt32 = 6

  /// Returns the plan for an update in place, once for each order of windows that is worth a trial.
  func plans(_ plan: Plan) -> [Plan] {
    let windows = Windows(inPlace, size: plan.settings.newSize)
    let order = WindowOrder(count: Int(windows.count)) { note in
      for cover in plan.covers where cover.old < plan.settings.oldSize {
        for part in parts(cover) where windows.index(of: part.old) < windows.count {
          let source = Int(windows.index(of: part.old))
          for index in windows.index(of: part.new)...windows.index(of: part.end - 1) where Int(index) != source {
            note(Int(index), source, Int(part.clipped(to: windows[index]).length))
          }
        }
      }
    }
    return order.candidates.map { self.plan(plan, in: $0) }
  }

  private func plan(_ plan: Plan, in order: [UInt32]) -> Plan {
    var result = plan
    (result.inPlace, result.bits) = (inPlace, .infinity)
    result.order = order
    let copies = plan.covers.filter { $0.old < plan.settings.oldSize }
    let image = OverwrittenImage(old: old, new: new, inPlace: inPlace)
    let bySource = copies.sorted { $0.old < $1.old }
    var covers: [Cover] = []
    for window in result.windows {
      image.open(window)
      for whole in copies where whole.new < window.upperBound && whole.end > window.lowerBound {
        for part in parts(whole.clipped(to: window)) {
          if image.isLost(part.old) {
            covers += substitutes(part, bySource, image, oldSize: plan.settings.oldSize)
          } else {
            covers.append(part)
          }
        }
      }
      image.commit(window)
    }
    covers.sort { $0.new < $1.new }
    result.covers = joined(covers).filter { $0.length >= Self.shortest }
    return result
  }

  /// Cuts a cover where its source crosses from one window to the next.
  private func parts(_ cover: Cover) -> [Cover] {
    var (parts, rest) = ([Cover](), cover)
    while rest.length > 0 {
      let length = min(rest.length, inPlace.windowBytes - rest.old % inPlace.windowBytes)
      parts.append(Cover(new: rest.new, old: rest.old, length: length))
      rest = Cover(new: rest.new + length, old: rest.old + length, length: rest.length - length)
    }
    return parts
  }

  /// Returns repeats of the result that replace a part whose source is overwritten.
  private func substitutes(
    _ part: Cover, _ moved: [Cover], _ image: OverwrittenImage, oldSize: UInt32
  ) -> [Cover] {
    var result: [Cover] = []
    for cover in moved {
      guard cover.old < part.old + part.length else { break }
      let (start, end) = (max(cover.old, part.old), min(cover.old + cover.length, part.old + part.length))
      guard start < end else { continue }
      let place = part.new + (start - part.old)
      let source = cover.new + (start - cover.old)
      let length = min(end, start + image.readableEnd(source) - source) - start
      let isBehind = image.window.contains(source) && source >= place
      guard length > 0, !isBehind, result.last.map({ $0.end <= place }) ?? true else { continue }
      let same = (0..<length).reduce(into: UInt32(0)) { count, index in
        count += new[Int(source + index)] == new[Int(place + index)] ? 1 : 0
      }
      if same * 2 > length { result.append(Cover(new: place, old: oldSize + source, length: length)) }
    }
    return result
  }

  private func joined(_ covers: [Cover]) -> [Cover] {
    var result: [Cover] = []
    for cover in covers {
      // A repeat is valid only in the window that it was made for, so it must not grow beyond that window.
      if let last = result.last, last.end == cover.new, last.old + last.length == cover.old, cover.old < old.count {
        result[result.count - 1].length += cover.length
      } else {
        result.append(cover)
      }
    }
    return result
  }
}
