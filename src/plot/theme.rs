//! Meaning → colour, in light and dark, distinct for colour-blind readers; the page's legends take theirs from here.
//!
//! Levels run from warm and dark to cool and pale, so that they differ in lightness where they do not differ in hue.
//! Score bands and the correlation scale are ordered by lightness for the same reason.

use colorous::TABLEAU10;
use plotters::style::RGBAColor;

const fn rgb(hex: u32) -> RGBAColor {
    RGBAColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8, 1.0)
}

/// Levels from worst to none, as [`crate::report::LevelCount::level`] names them.
pub const LEVELS: [&str; 8] = [
    "FATAL", "ERROR", "WARN", "NOTICE", "INFO", "DEBUG", "TRACE", "",
];
const LEVELS_LIGHT: [u32; 8] = [
    0x7a_0c2e, 0xd6_3a2f, 0xe9_a820, 0x1f_5f99, 0x8f_bde4, 0x9a_a3ad, 0xc4_cad0, 0xdd_e1e5,
];
const LEVELS_DARK: [u32; 8] = [
    0xff_a3b5, 0xe8_4a3c, 0xf0_b93a, 0x8f_c7f5, 0x46_78a8, 0x6c_7681, 0x4b_535c, 0x39_4048,
];
/// Below 25, from 25, from 50, from 75.
const BANDS_LIGHT: [u32; 4] = [0xb4_bcc4, 0xe3_ae2f, 0xdd_6f1f, 0x9c_1030];
const BANDS_DARK: [u32; 4] = [0x56_606b, 0xc9_a63f, 0xf0_8537, 0xff_8298];

/// Where the bands of the score begin, and their names.
pub const BANDS: [(f64, &str); 4] = [
    (0.0, "ordinary (below 25)"),
    (25.0, "notable (25 to 50)"),
    (50.0, "unusual (50 to 75)"),
    (75.0, "alarming (75 and more)"),
];

/// The colours of one appearance of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Light on dark.
    pub is_dark: bool,
}

impl Theme {
    fn choose(self, light: u32, dark: u32) -> RGBAColor {
        rgb(if self.is_dark { dark } else { light })
    }

    /// Behind everything; plots are drawn on a transparent ground that is expected to be close to this.
    #[must_use]
    pub fn surface(self) -> RGBAColor {
        self.choose(0xff_ffff, 0x15_191e)
    }

    /// Text that must be read.
    #[must_use]
    pub fn ink(self) -> RGBAColor {
        self.choose(0x1f_262d, 0xe6_eaee)
    }

    /// Text that explains: ticks, units.
    #[must_use]
    pub fn muted(self) -> RGBAColor {
        self.choose(0x5b_6570, 0x9a_a5b1)
    }

    /// Lines that help the eye and no more.
    #[must_use]
    pub fn grid(self) -> RGBAColor {
        self.choose(0xe4_e8ec, 0x2a_3138)
    }

    /// Axes.
    #[must_use]
    pub fn axis(self) -> RGBAColor {
        self.choose(0xa3_adb7, 0x56_606b)
    }

    /// Spans of incidents.
    #[must_use]
    pub fn incident(self) -> RGBAColor {
        self.choose(0x6a_3d9a, 0xb7_9be8)
    }

    /// What belongs to no category.
    #[must_use]
    pub fn other(self) -> RGBAColor {
        self.choose(0xb4_bcc4, 0x56_606b)
    }

    /// Colour of a level; unknown names look like no level.
    #[must_use]
    pub fn level(self, level: &str) -> RGBAColor {
        let idx = LEVELS.iter().position(|name| *name == level).unwrap_or(7);
        self.choose(LEVELS_LIGHT[idx], LEVELS_DARK[idx])
    }

    /// Colour of the band a score lies in.
    #[must_use]
    pub fn band(self, score: f64) -> RGBAColor {
        let idx = band_of(score);
        self.choose(BANDS_LIGHT[idx], BANDS_DARK[idx])
    }

    /// Colour of the `idx`-th category: Tableau 10, then from the start again.
    #[must_use]
    pub fn category(self, idx: usize) -> RGBAColor {
        let color = TABLEAU10[idx % TABLEAU10.len()];
        RGBAColor(color.r, color.g, color.b, 1.0)
    }

    /// Colour of a correlation: −1 red, 0 the colour of the ground, +1 blue.
    #[must_use]
    pub fn correlation(self, value: f64) -> RGBAColor {
        let middle = self.choose(0xf3_f4f6, 0x23_292f);
        let end = if value < 0.0 {
            self.choose(0xb2_182b, 0xf0_7060)
        } else {
            self.choose(0x21_66ac, 0x5a_a5ee)
        };
        mix(middle, end, value.abs())
    }

    /// Colour of text on a ground of that colour.
    #[must_use]
    pub fn text_on(self, ground: RGBAColor) -> RGBAColor {
        let RGBAColor(r, g, b, _) = ground;
        let lightness = 3 * u32::from(r) + 6 * u32::from(g) + u32::from(b);
        rgb(if lightness > 1350 {
            0x1f_262d
        } else {
            0xff_ffff
        })
    }
}

/// 0 to 3: the band a score lies in.
#[must_use]
pub fn band_of(score: f64) -> usize {
    BANDS
        .iter()
        .rposition(|(from, _)| score >= *from)
        .unwrap_or(0)
}

/// `share` (0 to 1) of the way from `a` to `b`.
fn mix(a: RGBAColor, b: RGBAColor, share: f64) -> RGBAColor {
    let share = share.clamp(0.0, 1.0);
    let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share + 0.5) as u8;
    RGBAColor(channel(a.0, b.0), channel(a.1, b.1), channel(a.2, b.2), 1.0)
}

/// The same colour, let through by `alpha` (0 to 1).
#[must_use]
pub fn fade(color: RGBAColor, alpha: f64) -> RGBAColor {
    RGBAColor(color.0, color.1, color.2, color.3 * alpha)
}

/// `#rrggbb`, for the page.
#[must_use]
pub fn css(color: RGBAColor) -> String {
    format!("#{:02x}{:02x}{:02x}", color.0, color.1, color.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Brettel-like projection for deuteranopia (Viénot, Brettel, Mollon 1999), coarse but enough to tell "same" from "different".
    fn as_deuteranope(color: RGBAColor) -> [f64; 3] {
        let [r, g, b] = [color.0, color.1, color.2].map(f64::from);
        [
            0.29 * r + 0.71 * g,
            0.29 * r + 0.71 * g,
            0.02 * r - 0.02 * g + b,
        ]
    }

    fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
        (0..3)
            .map(|i| (a[i] - b[i]) * (a[i] - b[i]))
            .sum::<f64>()
            .sqrt()
    }

    #[test]
    fn levels_stay_apart_without_red_and_green() {
        for is_dark in [false, true] {
            let theme = Theme { is_dark };
            let seen = LEVELS.map(|level| as_deuteranope(theme.level(level)));
            for i in 0..seen.len() {
                for j in 0..i {
                    let apart = distance(seen[i], seen[j]);
                    assert!(
                        apart > 22.0,
                        "{} and {} ({is_dark}): {apart}",
                        LEVELS[i],
                        LEVELS[j]
                    );
                }
            }
        }
    }

    #[test]
    fn bands_begin_at_25_50_and_75() {
        assert_eq!(
            [f64::NAN, -1.0, 24.9, 25.0, 50.0, 75.0, 100.0].map(band_of),
            [0, 0, 0, 1, 2, 3, 3]
        );
    }
}
