use {
    crate::act::Date,
    std::time::{Duration, SystemTime},
};

/// A moment as Ansible writes it: `2026-11-20 10:10:23.886958` (UTC).
pub(super) fn moment(time: SystemTime) -> String {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let Date {
        year,
        month,
        day,
        hour,
        minute,
        second,
        ..
    } = Date::of(since.as_secs().cast_signed());
    let micros = since.subsec_micros();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}")
}

/// A time span as Ansible writes it: `0:00:00.004410`, `2 days, 1:00:00.000000`.
pub(super) fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let days = match seconds / 86400 {
        0 => String::new(),
        1 => "1 day, ".into(),
        days => format!("{days} days, "),
    };
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    let (seconds, micros) = (seconds % 60, duration.subsec_micros());
    format!("{days}{hours}:{minutes:02}:{seconds:02}.{micros:06}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_ansible() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_709_210_096_000_123);
        assert_eq!(moment(time), "2024-02-29 12:34:56.000123");
        assert_eq!(span(Duration::from_micros(4410)), "0:00:00.004410");
        assert_eq!(span(Duration::from_secs(90_061)), "1 day, 1:01:01.000000");
    }
}
