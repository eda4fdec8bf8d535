//! Words and numbers for "how bad" → [`Level`].
//!
//! Every system has its own ladder; folding them onto seven steps follows the OpenTelemetry log data model (appendix B) where
//! it lists the system, and the producer's manual elsewhere.

use super::Level;

#[rustfmt::skip]
const WORDS: [(&str, Level); 48] = [
    ("trace", Level::Trace), ("trc", Level::Trace), ("trce", Level::Trace), ("finest", Level::Trace), ("finer", Level::Trace),
    ("verbose", Level::Trace), ("vrb", Level::Trace), ("silly", Level::Trace),
    ("debug", Level::Debug), ("dbg", Level::Debug), ("dbug", Level::Debug), ("debg", Level::Debug), ("fine", Level::Debug),
    ("config", Level::Debug),
    ("info", Level::Info), ("inf", Level::Info), ("information", Level::Info), ("informational", Level::Info),
    ("log", Level::Info), ("statement", Level::Info), ("detail", Level::Info), ("hint", Level::Info), ("stats", Level::Info),
    ("notice", Level::Notice), ("note", Level::Notice), ("ntc", Level::Notice),
    ("warn", Level::Warn), ("warning", Level::Warn), ("wrn", Level::Warn), ("warnings", Level::Warn),
    ("error", Level::Error), ("err", Level::Error), ("eror", Level::Error), ("severe", Level::Error), ("errors", Level::Error),
    ("fatal", Level::Fatal), ("ftl", Level::Fatal), ("fatl", Level::Fatal), ("critical", Level::Fatal), ("crit", Level::Fatal),
    ("crt", Level::Fatal), ("alert", Level::Fatal), ("emerg", Level::Fatal), ("emergency", Level::Fatal),
    ("panic", Level::Fatal), ("dpanic", Level::Fatal), ("failure", Level::Fatal), ("catastrophic", Level::Fatal),
];

/// The words by first letter.
const SORTED: [(&str, Level); WORDS.len()] = by_first(WORDS);

/// Words by their first byte.
const fn by_first<const N: usize>(words: [(&'static str, Level); N]) -> [(&'static str, Level); N] {
    let mut sorted = words;
    let mut n_sorted = 1;
    while n_sorted < N {
        let mut slot = n_sorted;
        while slot > 0 && sorted[slot - 1].0.as_bytes()[0] > sorted[slot].0.as_bytes()[0] {
            let word = sorted[slot];
            sorted[slot] = sorted[slot - 1];
            sorted[slot - 1] = word;
            slot -= 1;
        }
        n_sorted += 1;
    }
    sorted
}

/// The level words with one first letter. Second letters and lengths are bits, which rule out nearly all other words.
#[derive(Clone, Copy)]
struct Shape {
    seconds: u32,
    lengths: u32,
    /// Place in [`SORTED`] of the first of them, and behind the last.
    from: u8,
    to: u8,
}

const SHAPES: [Shape; 26] = {
    let mut shapes = [Shape {
        seconds: 0,
        lengths: 0,
        from: 0,
        to: 0,
    }; 26];
    let mut idx = 0;
    while idx < SORTED.len() {
        let word = SORTED[idx].0.as_bytes();
        let shape = &mut shapes[(word[0] - b'a') as usize];
        if shape.seconds == 0 {
            shape.from = idx as u8;
        }
        shape.seconds |= 1 << (word[1] - b'a');
        shape.lengths |= 1 << word.len();
        shape.to = idx as u8 + 1;
        idx += 1;
    }
    shapes
};

/// The level a word of letters stands for, in any case; a digit or two at its end (`debug2`) do not matter.
#[inline]
#[must_use]
pub fn from_word(word: &[u8]) -> Option<Level> {
    if !(3..=15).contains(&word.len()) {
        return None;
    }
    let letter = |idx: usize| (word[idx] | 32).wrapping_sub(b'a');
    let shape = SHAPES.get(letter(0) as usize)?;
    if letter(1) >= 26 || shape.seconds >> letter(1) & 1 == 0 {
        return None;
    }
    let n_digits = word
        .iter()
        .rev()
        .take(2)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let word = &word[..word.len() - n_digits];
    if shape.lengths >> word.len() & 1 == 0 || (n_digits > 0 && word.len() < 4) {
        return None;
    }
    let candidates = &SORTED[usize::from(shape.from)..usize::from(shape.to)];
    let is_word = |known: &&(&str, Level)| {
        known.0.len() == word.len() && known.0.as_bytes().eq_ignore_ascii_case(word)
    };
    candidates.iter().find(is_word).map(|known| known.1)
}

/// Words of other languages that programs write where the level stands, in capitals: what `java.util.logging`, `PostgreSQL` and
/// the Windows event log say in translation. Words that are also English ones of the table above are left out.
#[rustfmt::skip]
const TRANSLATED: [(&str, Level); 97] = [
    // German
    ("FEHLER", Level::Error), ("WARNUNG", Level::Warn), ("HINWEIS", Level::Notice), ("SCHWERWIEGEND", Level::Error),
    ("INFORMATIONEN", Level::Info), ("KONFIGURATION", Level::Debug), ("FEIN", Level::Debug), ("FEINER", Level::Trace),
    ("KRITISCH", Level::Fatal), ("PANIK", Level::Fatal), ("AUSFÜHRLICH", Level::Trace), ("TIPP", Level::Info),
    ("ANWEISUNG", Level::Info),
    // French
    ("ERREUR", Level::Error), ("AVERTISSEMENT", Level::Warn), ("ATTENTION", Level::Warn), ("GRAVE", Level::Error),
    ("INFOS", Level::Info), ("INFORMATIONS", Level::Info), ("CRITIQUE", Level::Fatal), ("PANIQUE", Level::Fatal),
    ("DÉTAIL", Level::Info), ("ASTUCE", Level::Info), ("INSTRUCTION", Level::Info),
    // Spanish
    ("ADVERTENCIA", Level::Warn), ("INFORMACIÓN", Level::Info), ("INFORMACION", Level::Info), ("CRÍTICO", Level::Fatal),
    ("CRITICO", Level::Fatal), ("PÁNICO", Level::Fatal), ("DETALLE", Level::Info), ("SUGERENCIA", Level::Info),
    ("SENTENCIA", Level::Info),
    // Italian
    ("ERRORE", Level::Error), ("AVVERTENZA", Level::Warn), ("AVVISO", Level::Warn), ("ATTENZIONE", Level::Warn),
    ("INFORMAZIONI", Level::Info), ("NOTIFICA", Level::Notice), ("DETTAGLI", Level::Info),
    // Portuguese
    ("ERRO", Level::Error), ("AVISO", Level::Warn), ("ADVERTÊNCIA", Level::Warn), ("INFORMAÇÃO", Level::Info),
    ("INFORMAÇÕES", Level::Info), ("NOTA", Level::Notice), ("DETALHE", Level::Info),
    // Dutch, Swedish, Danish, Norwegian
    ("FOUT", Level::Error), ("WAARSCHUWING", Level::Warn), ("INFORMATIE", Level::Info), ("KRITIEK", Level::Fatal),
    ("FEL", Level::Error), ("VARNING", Level::Warn), ("ALLVARLIG", Level::Error), ("FEJL", Level::Error),
    ("FEIL", Level::Error), ("ADVARSEL", Level::Warn), ("ALVORLIG", Level::Error),
    // Polish, Czech, Turkish
    ("BŁĄD", Level::Error), ("OSTRZEŻENIE", Level::Warn), ("INFORMACJE", Level::Info), ("INFORMACJA", Level::Info),
    ("CHYBA", Level::Error), ("VAROVÁNÍ", Level::Warn), ("HATA", Level::Error), ("UYARI", Level::Warn),
    ("BİLGİ", Level::Info),
    // Russian, Ukrainian
    ("ОШИБКА", Level::Error), ("ПРЕДУПРЕЖДЕНИЕ", Level::Warn), ("СВЕДЕНИЯ", Level::Info), ("ИНФОРМАЦИЯ", Level::Info),
    ("ЗАМЕЧАНИЕ", Level::Notice), ("СООБЩЕНИЕ", Level::Info), ("ВАЖНО", Level::Fatal), ("ПАНИКА", Level::Fatal),
    ("ОТЛАДКА", Level::Debug), ("ПОМИЛКА", Level::Error), ("ПОПЕРЕДЖЕННЯ", Level::Warn),
    // Japanese, Chinese, Korean
    ("エラー", Level::Error), ("警告", Level::Warn), ("情報", Level::Info), ("重大", Level::Error),
    ("致命的エラー", Level::Fatal), ("ログ", Level::Info), ("错误", Level::Error), ("信息", Level::Info),
    ("严重", Level::Error), ("致命错误", Level::Fatal), ("日志", Level::Info), ("调试", Level::Debug),
    ("錯誤", Level::Error), ("嚴重", Level::Error), ("資訊", Level::Info), ("오류", Level::Error),
    ("경고", Level::Warn), ("정보", Level::Info), ("심각", Level::Error),
];

/// The translated words by first byte.
const TRANSLATED_SORTED: [(&str, Level); TRANSLATED.len()] = by_first(TRANSLATED);

/// For every first byte the places in [`TRANSLATED_SORTED`] of the first such word, and behind the last.
const TRANSLATED_RANGES: [(u8, u8); 256] = {
    let mut ranges = [(0, 0); 256];
    let mut idx = 0;
    while idx < TRANSLATED_SORTED.len() {
        let range = &mut ranges[TRANSLATED_SORTED[idx].0.as_bytes()[0] as usize];
        if range.1 == 0 {
            range.0 = idx as u8;
        }
        range.1 = idx as u8 + 1;
        idx += 1;
    }
    ranges
};

/// The level a word of another language stands for, written in capitals as in the header of a line.
///
/// Small letters do not count: in such a language the word may be part of any sentence.
#[must_use]
pub fn from_translated(word: &[u8]) -> Option<Level> {
    let (from, to) = TRANSLATED_RANGES[usize::from(*word.first()?)];
    let mut known = TRANSLATED_SORTED[usize::from(from)..usize::from(to)].iter();
    known
        .find(|known| known.0.as_bytes() == word)
        .map(|known| known.1)
}

/// What a firewall or router did with a flow or packet: to refuse it is a warning. `None` for other words.
#[must_use]
pub fn from_action(word: &[u8]) -> Option<Level> {
    let is_one_of = |known: [&str; 4]| {
        let mut known = known.iter();
        known.any(|known| known.as_bytes().eq_ignore_ascii_case(word))
    };
    if is_one_of(["ACCEPT", "ALLOW", "PERMIT", "PASS"]) {
        Some(Level::Info)
    } else if is_one_of(["REJECT", "DROP", "DENY", "BLOCK"]) {
        Some(Level::Warn)
    } else {
        None
    }
}

/// The level a single letter stands for in formats that write one: `E`, `W`, `I`, `D`, `V`, `F`, …
#[must_use]
pub fn from_letter(letter: u8) -> Option<Level> {
    match letter {
        b'T' | b'V' => Some(Level::Trace),
        b'D' => Some(Level::Debug),
        b'I' => Some(Level::Info),
        b'N' => Some(Level::Notice),
        b'W' => Some(Level::Warn),
        b'E' => Some(Level::Error),
        b'F' | b'C' | b'A' => Some(Level::Fatal),
        _ => None,
    }
}

/// Two-letter levels of `ESXi`: `In(14)`, `Wa(180)`.
#[must_use]
pub fn from_esx(letters: [u8; 2]) -> Option<Level> {
    match &letters {
        b"Db" | b"De" => Some(Level::Debug),
        b"In" => Some(Level::Info),
        b"No" => Some(Level::Notice),
        b"Wa" => Some(Level::Warn),
        b"Er" => Some(Level::Error),
        b"Cr" | b"Al" | b"Em" => Some(Level::Fatal),
        _ => None,
    }
}

/// Syslog: the severity is the priority modulo 8 (RFC 5424, table 2).
#[must_use]
pub fn from_priority(priority: u32) -> Level {
    match priority % 8 {
        0..=2 => Level::Fatal,
        3 => Level::Error,
        4 => Level::Warn,
        5 => Level::Notice,
        6 => Level::Info,
        _ => Level::Debug,
    }
}

/// HTTP: server errors are errors, client errors warnings.
#[must_use]
pub fn from_http_status(status: u32) -> Level {
    match status {
        500..=599 => Level::Error,
        400..=499 => Level::Warn,
        _ => Level::Info,
    }
}

/// `OpenTelemetry`'s `severity_number`: 1 to 24, four to a level.
#[must_use]
pub fn from_otel(number: i64) -> Option<Level> {
    Some(match number {
        1..=4 => Level::Trace,
        5..=8 => Level::Debug,
        9..=12 => Level::Info,
        13..=16 => Level::Warn,
        17..=20 => Level::Error,
        21..=24 => Level::Fatal,
        _ => return None,
    })
}

/// Python's `levelno`: 10 is debug, 50 critical.
#[must_use]
pub fn from_python(number: i64) -> Option<Level> {
    Some(match number {
        1..=9 => Level::Trace,
        10..=19 => Level::Debug,
        20..=24 => Level::Info,
        25..=29 => Level::Notice,
        30..=39 => Level::Warn,
        40..=49 => Level::Error,
        50..=59 => Level::Fatal,
        _ => return None,
    })
}

/// A number under a key called `level`: below 10 syslog (GELF), from 10 on pino and bunyan, from 100 on Monolog.
#[must_use]
pub fn from_number(number: i64) -> Option<Level> {
    Some(match number {
        0..=7 => from_priority(number as u32),
        10..=19 => Level::Trace,
        20..=29 | 100 => Level::Debug,
        30..=39 | 200 => Level::Info,
        250 => Level::Notice,
        40..=49 | 300 => Level::Warn,
        50..=59 | 400 => Level::Error,
        60..=69 | 500..=600 => Level::Fatal,
        _ => return None,
    })
}

/// The value of a level field: a word, a single letter or a number, whatever white space or case.
#[must_use]
pub fn from_value(value: &[u8]) -> Option<Level> {
    let value = value.trim_ascii();
    match value {
        [letter] if letter.is_ascii_alphabetic() => from_letter(letter.to_ascii_uppercase()),
        [first, ..] if first.is_ascii_digit() && value.len() <= 3 => {
            from_number(std::str::from_utf8(value).ok()?.parse().ok()?)
        }
        _ => from_word(value)
            .or_else(|| {
                // `LogLevel.INFO`, `error (3)`, `warning:`
                let word = value.split(|byte| !byte.is_ascii_alphanumeric());
                word.take(3).find_map(from_word)
            })
            .or_else(|| {
                // In a field of its own the word may be written in any case.
                let value = std::str::from_utf8(value)
                    .ok()
                    .filter(|value| value.len() <= 48)?;
                from_translated(value.to_uppercase().as_bytes())
            }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fold_onto_seven_levels() {
        for (word, want) in [
            ("TRACE", Some(Level::Trace)),
            ("finest", Some(Level::Trace)),
            ("Debug", Some(Level::Debug)),
            ("debug2", Some(Level::Debug)),
            ("FINE", Some(Level::Debug)),
            ("INFO", Some(Level::Info)),
            ("Information", Some(Level::Info)),
            ("informational", Some(Level::Info)),
            ("LOG", Some(Level::Info)),
            ("Note", Some(Level::Notice)),
            ("WARNING", Some(Level::Warn)),
            ("ERR", Some(Level::Error)),
            ("SEVERE", Some(Level::Error)),
            ("CRIT", Some(Level::Fatal)),
            ("Emergency", Some(Level::Fatal)),
            ("PANIC", Some(Level::Fatal)),
            ("information12345", None),
            ("inform", None),
            ("E", None),
            ("", None),
            ("123", None),
        ] {
            assert_eq!(from_word(word.as_bytes()), want, "{word}");
        }
    }

    #[test]
    fn values_may_be_letters_words_or_numbers() {
        for (value, want) in [
            ("30", Some(Level::Info)),
            ("3", Some(Level::Error)),
            (" warning ", Some(Level::Warn)),
            ("w", Some(Level::Warn)),
            ("LogLevel.ERROR", Some(Level::Error)),
            ("250", Some(Level::Notice)),
            ("99999999999999999999", None),
            ("8", None),
            ("Fehler", Some(Level::Error)),
            ("Información", Some(Level::Info)),
            ("Предупреждение", Some(Level::Warn)),
            ("fehlerfrei", None),
        ] {
            assert_eq!(from_value(value.as_bytes()), want, "{value}");
        }
    }

    #[test]
    fn translated_words_count_in_capitals() {
        for (word, want) in [
            ("FEHLER", Some(Level::Error)),
            ("AVERTISSEMENT", Some(Level::Warn)),
            ("DÉTAIL", Some(Level::Info)),
            ("ОШИБКА", Some(Level::Error)),
            ("警告", Some(Level::Warn)),
            ("Fehler", None),
            ("fehler", None),
            ("FEHLERFREI", None),
            ("", None),
            ("É", None),
        ] {
            assert_eq!(from_translated(word.as_bytes()), want, "{word}");
        }
        for (idx, (word, _)) in TRANSLATED.iter().enumerate() {
            assert_eq!(word.to_uppercase(), *word);
            assert!(from_word(word.as_bytes()).is_none(), "{word}");
            assert!(
                TRANSLATED[..idx].iter().all(|other| other.0 != *word),
                "{word}"
            );
        }
    }

    #[test]
    fn numbers_follow_their_systems() {
        assert_eq!(from_priority(34), Level::Fatal);
        assert_eq!(from_priority(165), Level::Notice);
        assert_eq!(from_otel(9), Some(Level::Info));
        assert_eq!(from_otel(0), None);
        assert_eq!(from_python(40), Some(Level::Error));
        assert_eq!(from_http_status(503), Level::Error);
        assert_eq!(from_http_status(404), Level::Warn);
        assert_eq!(from_http_status(301), Level::Info);
    }
}
