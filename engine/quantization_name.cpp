/// engine/quantization_name.cpp: the short name by which people know how a file was quantised.
#include <algorithm>
#include <array>
#include <string_view>

#include "engine/inspect.h"

namespace soliloquy {
namespace {

struct FileType {
    uint32_t number;        ///< general.file_type
    std::string_view name;  ///< "Q4_K_M"
    std::string_view main;  ///< the block type that such a file is made of
};

// The enumeration of general.file_type of the GGUF format.
constexpr std::array kFileTypes{
    FileType{0, "F32", "F32"},        FileType{1, "F16", "F16"},          FileType{2, "Q4_0", "Q4_0"},
    FileType{3, "Q4_1", "Q4_1"},      FileType{7, "Q8_0", "Q8_0"},        FileType{8, "Q5_0", "Q5_0"},
    FileType{9, "Q5_1", "Q5_1"},      FileType{10, "Q2_K", "Q2_K"},       FileType{11, "Q3_K_S", "Q3_K"},
    FileType{12, "Q3_K_M", "Q3_K"},   FileType{13, "Q3_K_L", "Q3_K"},     FileType{14, "Q4_K_S", "Q4_K"},
    FileType{15, "Q4_K_M", "Q4_K"},   FileType{16, "Q5_K_S", "Q5_K"},     FileType{17, "Q5_K_M", "Q5_K"},
    FileType{18, "Q6_K", "Q6_K"},     FileType{19, "IQ2_XXS", "IQ2_XXS"}, FileType{20, "IQ2_XS", "IQ2_XS"},
    FileType{21, "Q2_K_S", "Q2_K"},   FileType{22, "IQ3_XS", "IQ3_S"},    FileType{23, "IQ3_XXS", "IQ3_XXS"},
    FileType{24, "IQ1_S", "IQ1_S"},   FileType{25, "IQ4_NL", "IQ4_NL"},   FileType{26, "IQ3_S", "IQ3_S"},
    FileType{27, "IQ3_M", "IQ3_S"},   FileType{28, "IQ2_S", "IQ2_XS"},    FileType{29, "IQ2_M", "IQ2_S"},
    FileType{30, "IQ4_XS", "IQ4_XS"}, FileType{31, "IQ1_M", "IQ1_M"},     FileType{32, "BF16", "BF16"},
    FileType{38, "MXFP4", "MXFP4"},
};

constexpr uint64_t kLeastShare = 5;  // per cent of the bytes that the main type must hold for the file's own word to be believed

}  // namespace

std::string quantization_name(std::optional<uint32_t> file_type, const std::vector<ModelReport::TypeShare>& types) {
    if (types.empty()) return "nothing";
    const auto row = std::find_if(kFileTypes.begin(), kFileTypes.end(), [&](const FileType& type) { return type.number == file_type; });
    if (row != kFileTypes.end()) {
        uint64_t total = 0, main = 0;
        for (const auto& share : types) {
            total += share.bytes;
            if (share.type == row->main) main = share.bytes;
        }
        if (main > 0 && main >= total / 100 * kLeastShare) return std::string(row->name);
    }
    return types.front().type;
}

}  // namespace soliloquy
