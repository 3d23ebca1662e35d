/// The last four shifts to the old image and the last four within the new one, as the codec keeps them.
struct LastShifts {
  private var shifts: InlineArray<8, UInt32> = .init(repeating: 0)

  /// One of the shifts: 0...3 to the old image, 4...7 within the new one, the latest first.
  subscript(place: Int) -> UInt32 { shifts[place] }

  /// Uses a shift; gives its place among the four if it was there.
  @discardableResult
  mutating func use(_ shift: UInt32, isRepeat: Bool) -> Int? {
    let first = isRepeat ? 4 : 0
    var place = first
    while place < first + 4, shifts[place] != shift { place += 1 }
    let known = place < first + 4 ? place - first : nil
    place = min(place, first + 3)
    while place > first {
      shifts[place] = shifts[place - 1]
      place -= 1
    }
    shifts[first] = shift
    return known
  }
}
