/// tests/fuzz/driver/fuzz_driver_target.cpp: a target with one fault per first byte, to see that the driver finds each kind.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return -1;
    std::vector<uint8_t> copy(data, data + size);
    const volatile uint8_t* bytes = copy.data();
    volatile int largest = INT32_MAX;
    switch (copy[0]) {
        case 'r':
            return bytes[size] == 1 ? 0 : -1;  // reads past the end
        case 'u':
            return largest + bytes[0] > 0 ? 0 : -1;  // overflows an int
        case 'a':
            std::abort();
        case 't':
            throw std::runtime_error("thrown on purpose");
        case 'h':
            while (bytes[0] == 'h') continue;
            return 0;
        case 'm': {
            std::vector<std::vector<char>> all;
            while (bytes[0] == 'm') all.emplace_back(1 << 20);
            return 0;
        }
        default:
            return 0;
    }
}
