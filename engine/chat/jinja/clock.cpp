/// engine/chat/jinja/clock.cpp
#include "engine/chat/jinja/clock.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace soliloquy::jinja {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                                      "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array<int, 12> kDaysBefore = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

struct Moment {
    int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;

    [[nodiscard]] int day_of_year() const {
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        return kDaysBefore[static_cast<size_t>(month - 1)] + day + (leap && month > 2 ? 1 : 0);
    }
    // Sakamoto's rule; 0 = Sunday.
    [[nodiscard]] int day_of_week() const {
        constexpr std::array<int, 12> kShift = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
        const int y = year - (month < 3 ? 1 : 0);
        return (y + y / 4 - y / 100 + y / 400 + kShift[static_cast<size_t>(month - 1)] + day) % 7;
    }
};

Moment read_moment(std::string_view text) {
    const auto number = [&](size_t offset, size_t digits, int lowest, int highest) {
        int value = 0;
        if (offset + digits <= text.size()) std::from_chars(text.data() + offset, text.data() + offset + digits, value);
        return std::clamp(value, lowest, highest);
    };
    return {number(0, 4, 0, 9999), number(5, 2, 1, 12),  number(8, 2, 1, 31),
            number(11, 2, 0, 23),  number(14, 2, 0, 59), number(17, 2, 0, 60)};
}

std::string padded(int value, size_t width, char fill = '0') {
    std::string digits = std::to_string(value);
    if (digits.size() < width) digits.insert(0, width - digits.size(), fill);
    return digits;
}

void append_directive(std::string& out, const Moment& m, char directive, bool bare) {
    const auto two = [&](int value, char fill = '0') { out += padded(value, bare ? 1 : 2, fill); };
    const auto several = [&](std::string_view directives) {
        for (const char c : directives) {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            letter ? append_directive(out, m, c, false) : out.push_back(c);
        }
    };
    const int hour12 = m.hour % 12 == 0 ? 12 : m.hour % 12;
    switch (directive) {
        case 'Y':
            out += std::to_string(m.year);
            break;
        case 'y':
            two(m.year % 100);
            break;
        case 'C':
            two(m.year / 100);
            break;
        case 'm':
            two(m.month);
            break;
        case 'd':
            two(m.day);
            break;
        case 'e':
            two(m.day, ' ');
            break;
        case 'H':
            two(m.hour);
            break;
        case 'I':
            two(hour12);
            break;
        case 'M':
            two(m.minute);
            break;
        case 'S':
            two(m.second);
            break;
        case 'f':
            out += "000000";
            break;
        case 'j':
            out += padded(m.day_of_year(), bare ? 1 : 3);
            break;
        case 'B':
            out += kMonths[static_cast<size_t>(m.month - 1)];
            break;
        case 'b':
        case 'h':
            out += kMonths[static_cast<size_t>(m.month - 1)].substr(0, 3);
            break;
        case 'A':
            out += kDays[static_cast<size_t>(m.day_of_week())];
            break;
        case 'a':
            out += kDays[static_cast<size_t>(m.day_of_week())].substr(0, 3);
            break;
        case 'w':
            out += std::to_string(m.day_of_week());
            break;
        case 'u':
            out += std::to_string(m.day_of_week() == 0 ? 7 : m.day_of_week());
            break;
        case 'p':
            out += m.hour < 12 ? "AM" : "PM";
            break;
        case 'F':
            several("Y-m-d");
            break;
        case 'T':
        case 'X':
            several("H:M:S");
            break;
        case 'R':
            several("H:M");
            break;
        case 'D':
        case 'x':
            several("m/d/y");
            break;
        case 'c':
            several("a b e H:M:S Y");
            break;
        case 'z':
        case 'Z':
            break;  // a local moment without a zone, as Python prints a naive one
        case 'n':
            out += '\n';
            break;
        case 't':
            out += '\t';
            break;
        case '%':
            out += '%';
            break;
        default:
            out += '%';
            if (bare) out += '-';
            out += directive;
    }
}

}  // namespace

std::string local_time() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
#ifdef _WIN32
    localtime_s(&parts, &now);
#else
    localtime_r(&now, &parts);
#endif
    std::array<char, 32> text{};
    const size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return {text.data(), length};
}

std::string format_time(std::string_view moment, std::string_view format) {
    const Moment m = read_moment(moment);
    std::string out;
    for (size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%' || i + 1 == format.size()) {
            out += format[i];
            continue;
        }
        const bool bare = format[i + 1] == '-' && i + 2 < format.size();
        i += bare ? 2 : 1;
        append_directive(out, m, format[i], bare);
    }
    return out;
}

}  // namespace soliloquy::jinja
