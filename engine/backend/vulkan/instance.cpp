/// engine/backend/vulkan/instance.cpp: creates the instance, and hands on what the validation layer says.
#include "engine/backend/vulkan/instance.h"

#include <algorithm>
#include <cstring>

namespace soliloquy::vulkan {
namespace {

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";

VKAPI_ATTR VkBool32 VKAPI_CALL hand_on(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                                       const VkDebugUtilsMessengerCallbackDataEXT* data, void* user) {
    static_cast<const VulkanOptions*>(user)->on_validation_message(data->pMessage != nullptr ? data->pMessage : "a message without text");
    return VK_FALSE;
}

bool has_layer(const char* name) {
    uint32_t count = 0;
    vkEnumerateInstanceLayerProperties(&count, nullptr);
    std::vector<VkLayerProperties> layers(count);
    vkEnumerateInstanceLayerProperties(&count, layers.data());
    return std::any_of(layers.begin(), layers.end(), [name](const auto& layer) { return std::strcmp(layer.layerName, name) == 0; });
}

bool has_extension(const char* layer, const char* name) {
    uint32_t count = 0;
    vkEnumerateInstanceExtensionProperties(layer, &count, nullptr);
    std::vector<VkExtensionProperties> extensions(count);
    vkEnumerateInstanceExtensionProperties(layer, &count, extensions.data());
    return std::any_of(extensions.begin(), extensions.end(),
                       [name](const auto& each) { return std::strcmp(each.extensionName, name) == 0; });
}

}  // namespace

Result<std::shared_ptr<Instance>> Instance::create(const VulkanOptions& options) {
    if (options.faults.no_loader) {
        return Error{ErrorCode::not_found, "Vulkan: its loader (libvulkan) is not installed (simulated); go on with the CPU"};
    }
    RETURN_IF_ERROR(load_vulkan());
    if (volkGetInstanceVersion() < VK_API_VERSION_1_2) {
        return Error{ErrorCode::unsupported, "Vulkan: the loader knows version 1." +
                                                 std::to_string(VK_VERSION_MINOR(volkGetInstanceVersion())) +
                                                 ", 1.2 is needed; update libvulkan and the graphics driver, or go on with the CPU"};
    }
    std::shared_ptr<Instance> instance(new Instance(options));
    std::vector<const char*> layers, extensions;
    if (instance->options_.on_validation_message) {
        if (!has_layer(kValidationLayer)) {
            return Error{ErrorCode::not_found, "Vulkan: the validation layer is not installed (Debian, Ubuntu: vulkan-validationlayers)"};
        }
        layers.push_back(kValidationLayer);
        extensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    }
    VkInstanceCreateFlags flags = 0;
    if (has_extension(nullptr, VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME)) {  // Vulkan on top of another API: macOS
        extensions.push_back(VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME);
        flags |= VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR;
    }
    const VkDebugUtilsMessengerCreateInfoEXT messenger{
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .pNext = nullptr,
        .flags = 0,
        .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
        .pfnUserCallback = hand_on,
        .pUserData = &instance->options_};
    const VkApplicationInfo application{.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                        .pNext = nullptr,
                                        .pApplicationName = "Soliloquy",
                                        .applicationVersion = 1,
                                        .pEngineName = "Soliloquy",
                                        .engineVersion = 1,
                                        .apiVersion = VK_API_VERSION_1_2};
    const VkInstanceCreateInfo info{.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                    .pNext = layers.empty() ? nullptr : &messenger,
                                    .flags = flags,
                                    .pApplicationInfo = &application,
                                    .enabledLayerCount = static_cast<uint32_t>(layers.size()),
                                    .ppEnabledLayerNames = layers.data(),
                                    .enabledExtensionCount = static_cast<uint32_t>(extensions.size()),
                                    .ppEnabledExtensionNames = extensions.data()};
    RETURN_IF_VK_ERROR(vkCreateInstance(&info, nullptr, &instance->instance_), "Vulkan: opening the loader");
    volkLoadInstanceOnly(instance->instance_);
    if (!layers.empty()) {
        RETURN_IF_VK_ERROR(vkCreateDebugUtilsMessengerEXT(instance->instance_, &messenger, nullptr, &instance->messenger_),
                           "Vulkan: listening to the validation layer");
    }
    return instance;
}

Instance::~Instance() {
    if (messenger_ != VK_NULL_HANDLE) vkDestroyDebugUtilsMessengerEXT(instance_, messenger_, nullptr);
    if (instance_ != VK_NULL_HANDLE) vkDestroyInstance(instance_, nullptr);
}

Result<std::vector<VkPhysicalDevice>> Instance::devices() const {
    uint32_t count = 0;
    if (!options_.faults.no_device) RETURN_IF_VK_ERROR(vkEnumeratePhysicalDevices(instance_, &count, nullptr), "Vulkan: counting devices");
    std::vector<VkPhysicalDevice> devices(count);
    if (count > 0) RETURN_IF_VK_ERROR(vkEnumeratePhysicalDevices(instance_, &count, devices.data()), "Vulkan: listing devices");
    devices.resize(count);
    if (devices.empty()) {
        return Error{ErrorCode::not_found,
                     "Vulkan: no driver offers a device; install your graphics card's driver (Debian, Ubuntu: mesa-vulkan-drivers for AMD "
                     "and Intel, "
                     "nvidia-driver for NVIDIA), or go on with the CPU"};
    }
    return devices;
}

}  // namespace soliloquy::vulkan
