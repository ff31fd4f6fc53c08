"""lab_grid: at which instants slamon probes a target, written once more from monitor/observe/schedule.h."""


def offset_us(vantage, target, interval_us, gathered):
    value = 14695981039346656037
    for byte in vantage.encode() + b"\0" + target.encode():
        value = (value ^ byte) * 1099511628211 % (1 << 64)
    for factor in (0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53):
        value = (value ^ value >> 33) * factor % (1 << 64)
    value ^= value >> 33
    slot = 10000 * max(1, min(interval_us // 15000000, 4)) if gathered else 10000
    return value % (interval_us // 10000) * 10000 // slot * slot


def grid(vantage, target, interval_us, from_us, to_us, gathered=False):
    """The instants from from_us on and before to_us, µs since 1970. gathered: of an ICMP target."""
    first = from_us - (from_us - offset_us(vantage, target, interval_us, gathered)) % interval_us
    return range(first + interval_us * (first < from_us), to_us, interval_us)
